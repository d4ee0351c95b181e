//! Asks a program what it handles. It serves nothing then and needs no secret.

use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use kiket_contract::description::Description;
use kiket_contract::environment;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use super::{Outlet, Program, output};
use crate::supervisor::Supervised;

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest output that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;
const REMEDY: &str = "it must register its handlers with kiket-sdk and come to `run`";

impl Program {
    /// What the program says that it handles.
    ///
    /// # Errors
    /// When it fails, does not end in time, or prints something else.
    pub(crate) async fn describe(&self) -> anyhow::Result<Description> {
        let mut program = Supervised::spawn(&self.description(), Stdio::piped())?;
        let (stdout, stderr) = (program.stdout.take(), program.stderr.take());
        let described = timeout(PATIENCE, async {
            // Nobody takes the lines: only the last are of interest, and only when it fails.
            let complaints = async {
                match stderr {
                    Some(stderr) => output::pass_on(stderr, &Outlet::closed()).await.into(),
                    None => Vec::new(),
                }
            };
            let (printed, complaints) = tokio::join!(printed(stdout), complaints);
            let status = program.wait().await?;
            told(status, &printed?, &complaints)
        });
        match described.await {
            Ok(described) => described,
            Err(_) => {
                program.stop().await?;
                let seconds = PATIENCE.as_secs();
                anyhow::bail!(
                    "the extension was asked with {}=1 what it handles and did not end within \
                     {seconds} s; {REMEDY}",
                    environment::DESCRIBE
                )
            }
        }
    }

    fn description(&self) -> Command {
        let mut command = self.command();
        // Without a secret, what does not know the question ends by itself and serves nothing.
        command
            .env_remove(environment::WEBHOOK_SECRET)
            .env_remove(environment::PREVIOUS_WEBHOOK_SECRET)
            .env(environment::DESCRIBE, "1");
        command
    }
}

async fn printed(stdout: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut stdout) = stdout {
        (&mut stdout).take(LARGEST).read_to_end(&mut bytes).await?;
        // A full pipe would stop the program.
        tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the program told, when it ended well.
fn told(status: ExitStatus, printed: &str, complaints: &[String]) -> anyhow::Result<Description> {
    if !status.success() {
        let said = match complaints {
            [] => String::new(),
            lines => format!("; the last that it said:\n  {}", lines.join("\n  ")),
        };
        anyhow::bail!("the extension can not say what it handles ({status}); {REMEDY}{said}");
    }
    description(printed).with_context(|| {
        let name = environment::DESCRIBE;
        format!("the extension was asked with {name}=1 and did not say what it handles; {REMEDY}")
    })
}

/// The description in an output. A program may print lines of its own before it.
fn description(printed: &str) -> anyhow::Result<Description> {
    let starts = printed.match_indices('{').map(|(at, _)| at);
    let mut starts = starts.filter(|at| *at == 0 || printed[..*at].ends_with('\n')).peekable();
    anyhow::ensure!(starts.peek().is_some(), "it printed no JSON object");
    let mut met = None;
    for start in starts {
        let mut values = serde_json::Deserializer::from_str(&printed[start..]).into_iter();
        match values.next() {
            Some(Ok(description)) => return Ok(description),
            Some(Err(error)) => met = met.or(Some(error)),
            None => {}
        }
    }
    Err(met.map_or_else(|| anyhow::anyhow!("it printed no description"), anyhow::Error::from))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    const DESCRIPTION: &str = "{\n  \"extension_id\": \"a\",\n  \"handlers\": []\n}\n";

    fn told_by(code: i32, printed: &str, complaints: &[&str]) -> String {
        let complaints: Vec<_> = complaints.iter().map(|line| (*line).to_owned()).collect();
        match told(ExitStatus::from_raw(code << 8), printed, &complaints) {
            Ok(description) => description.extension_id,
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_description_is_found_behind_other_lines() {
        assert_eq!(told_by(0, DESCRIPTION, &["a warning"]), "a");
        assert_eq!(told_by(0, &format!("starting {{}}\n{{\"x\": 1}}\n{DESCRIPTION}"), &[]), "a");
    }

    #[test]
    fn what_is_no_description_is_an_error_that_says_what_to_do() {
        let told = told_by(0, "listening\n", &[]);
        assert!(told.contains("with KIKET_DESCRIBE=1"), "{told}");
        assert!(told.contains("come to `run`: it printed no JSON object"), "{told}");
        let told = told_by(0, "{\"handlers\": []}\n", &[]);
        assert!(told.contains("missing field `extension_id`"), "{told}");
    }

    #[test]
    fn a_failure_is_told_with_the_last_words() {
        let told = told_by(3, DESCRIPTION, &["no manifest", "stopped"]);
        assert!(told.contains("(exit status: 3)"), "{told}");
        assert!(told.ends_with("the last that it said:\n  no manifest\n  stopped"), "{told}");
    }
}
