//! Where an extension in Rust has its SDK from.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Serialize, Serializer};

/// A version, or folders of this machine.
#[derive(Debug)]
pub(super) enum SdkSource {
    /// The version of this program, from a registry.
    Version,
    /// The folders of a clone.
    Path { sdk: PathBuf, testkit: PathBuf },
}

impl SdkSource {
    /// What is in the folder, or the version when none is named.
    ///
    /// # Errors
    /// When the folder is not that of the SDK, or the kit for tests is not beside it.
    pub(super) fn of(folder: Option<&Path>) -> anyhow::Result<Self> {
        let Some(named) = folder else { return Ok(Self::Version) };
        let help = "name `crates/kiket-sdk` of a clone of Kiket for Rust";
        let sdk = named
            .canonicalize()
            .with_context(|| format!("can not open `{}`; {help}", named.display()))?;
        let testkit = sdk.with_file_name("kiket-testkit");
        for folder in [&sdk, &testkit] {
            let is_text = folder.to_str().is_some();
            anyhow::ensure!(
                is_text && folder.join("Cargo.toml").is_file(),
                "there is no Cargo.toml in `{}`; {help}",
                folder.display()
            );
        }
        anyhow::ensure!(
            sdk.ends_with("kiket-sdk"),
            "`{}` is not the folder of kiket-sdk; {help}",
            sdk.display()
        );
        Ok(Self::Path { sdk, testkit })
    }

    /// What was written, and what to do about it.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Version => format!(
                "Cargo.toml names kiket-sdk by its version, ={}, which no registry has yet: run this \
                 with `--sdk-path`, or set KIKET_SDK_PATH, to name the folder crates/kiket-sdk of a \
                 clone",
                env!("CARGO_PKG_VERSION")
            ),
            Self::Path { sdk, .. } => {
                format!("Cargo.toml names kiket-sdk by its path, {}", sdk.display())
            }
        }
    }
}

/// The members are the names that the templates know.
#[derive(Serialize)]
struct Written<'a> {
    sdk_dependency: String,
    testkit_dependency: String,
    sdk_path: Option<&'a Path>,
}

impl Serialize for SdkSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What JSON writes in quotes TOML reads the same.
        let path = |path: &Path| format!("{{ path = {} }}", serde_json::json!(path));
        let version = || format!("\"={}\"", env!("CARGO_PKG_VERSION"));
        let written = match self {
            Self::Version => {
                Written { sdk_dependency: version(), testkit_dependency: version(), sdk_path: None }
            }
            Self::Path { sdk, testkit } => Written {
                sdk_dependency: path(sdk),
                testkit_dependency: path(testkit),
                sdk_path: Some(sdk),
            },
        };
        written.serialize(serializer)
    }
}
