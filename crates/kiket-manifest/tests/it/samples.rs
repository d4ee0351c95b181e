//! Every form that manifests are found in: its shape, its findings and its model, which is shown in
//! the canonical form.

use std::fs;
use std::path::{Path, PathBuf};

use kiket_manifest::Document;

use crate::findings;

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
}

#[test]
fn every_sample_reads_into_the_same_model() {
    for path in samples() {
        let document = Document::read(&path).unwrap();
        let summary = format!(
            "shape: {:?}\nfindings:\n  {}\n\n{}",
            document.shape(),
            findings(&document).join("\n  "),
            document.manifest().to_yaml()
        );
        let name = path.file_name().unwrap().to_str().unwrap();
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(name, summary);
        });
    }
}

#[test]
fn every_sample_survives_the_canonical_form() {
    for path in samples() {
        let manifest = Document::read(&path).unwrap().manifest().clone();
        let written = manifest.to_yaml();
        let read_back = Document::parse(&written);
        assert_eq!(read_back.manifest(), &manifest, "{}\n{written}", path.display());
        assert_eq!(read_back.manifest().to_yaml(), written, "{}", path.display());
    }
}
