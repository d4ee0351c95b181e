//! Every target, with every input that is kept.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its output says at which input"
)]

use std::fs;
use std::path::{Path, PathBuf};

use kiket_fuzz::{TARGETS, envelope, manifest};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_target_holds_for_every_kept_input() {
    for (name, check) in TARGETS {
        let files = files(&format!("corpus/{name}"));
        assert!(!files.is_empty(), "corpus/{name} is empty");
        for file in files {
            println!("{}", file.display());
            check(&fs::read(&file).unwrap());
        }
    }
}

#[test]
fn every_sample_payload_is_a_sound_body() {
    for file in files("../vectors/events") {
        println!("{}", file.display());
        envelope::check(&fs::read(&file).unwrap());
    }
}

#[test]
fn every_sample_manifest_is_read_and_fixed() {
    for file in files("../crates/kiket-manifest/tests/samples") {
        println!("{}", file.display());
        manifest::check(&fs::read(&file).unwrap());
    }
}

#[test]
fn inputs_that_are_cut_short_break_nothing() {
    for (name, check) in TARGETS {
        for file in files(&format!("corpus/{name}")) {
            let input = fs::read(&file).unwrap();
            println!("{}", file.display());
            (0..input.len().min(200)).for_each(|length| check(&input[..length]));
        }
    }
}
