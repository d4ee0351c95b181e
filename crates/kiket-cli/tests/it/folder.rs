//! A folder with files, and `kiket` run in it.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder of its own for one test.
pub(crate) struct Folder(TempDir);

/// What a run has come to.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// A folder with one file.
    pub(crate) fn with(name: &str, content: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write(name, content);
        folder
    }

    /// The folder of an extension with one file, beside a readme and tests.
    pub(crate) fn of_extension(name: &str, content: &str) -> Self {
        let folder = Self::with(name, content);
        folder.write("README.md", "# CRM\n");
        folder.write("tests/crm.rs", "// Tests.\n");
        folder
    }

    /// Adds a file.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn content(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `kiket extensions` with these arguments, separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Done {
        self.run_with(arguments, "", &[])
    }

    /// The same with a standard input and variables.
    pub(crate) fn run_with(
        &self,
        arguments: &str,
        input: &str,
        variables: &[(&str, &str)],
    ) -> Done {
        let mut kiket = Command::new(env!("CARGO_BIN_EXE_kiket"))
            .arg("extensions")
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read may have closed the other end already.
        let _ = kiket.stdin.take().unwrap().write_all(input.as_bytes());
        let output = kiket.wait_with_output().unwrap();
        Done {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr } = self;
        let code = code.unwrap_or(-1);
        write!(f, "exit code: {code}\n--- standard output\n{stdout}--- standard error\n{stderr}")
    }
}
