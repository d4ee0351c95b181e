//! What the README shows is what is there.

use crate::kiket::{dev, root};

const EXAMPLE: &str = "examples/hello";

#[test]
fn the_smallest_extension_is_the_example_and_runs() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for file in [".kiket/manifest.yaml", "src/main.rs"] {
        let text = std::fs::read_to_string(root().join(EXAMPLE).join(file)).unwrap();
        let shown = text.split_once("\n\n").filter(|(first, _)| first.starts_with("//!"));
        let shown = shown.map_or(text.as_str(), |(_, program)| program);
        assert!(readme.contains(shown), "{file} differs from the README");
    }
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), EXAMPLE).arg("--once").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 of 1 delivered"));
}
