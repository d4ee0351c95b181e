//! Finding and reading files.

use std::fs;
use std::path::Path;

use kiket_manifest::{Error, LARGEST, candidates, find, read};
use tempfile::TempDir;

fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "id: a\n").unwrap();
    }
    folder
}

fn found(folder: &TempDir) -> Option<String> {
    let path = find(folder.path()).unwrap()?;
    let inside = path.strip_prefix(folder.path()).unwrap();
    Some(inside.to_str().unwrap().to_owned())
}

#[test]
fn the_best_place_wins() {
    let places = [
        ".kiket/manifest.yaml",
        "extension.yaml",
        "extension.yml",
        "manifest.yaml",
        "manifest.yml",
        "manifest.json",
        ".kiket/extensions/crm/manifest.yaml",
    ];
    for best in 0..places.len() {
        let folder = folder(&places[best..]);
        assert_eq!(found(&folder).as_deref(), Some(places[best]));
    }
}

#[test]
fn a_folder_without_a_manifest_has_none() {
    assert_eq!(found(&folder(&["src/main.rs", "manifest.yaml/inside"])), None);
    assert_eq!(find(Path::new("/nonexistent/folder")).unwrap(), None);
}

#[test]
fn several_extensions_in_one_folder_are_named() {
    let folder =
        folder(&[".kiket/extensions/b/manifest.yaml", ".kiket/extensions/a/manifest.yaml"]);
    let Err(Error::Several(paths)) = find(folder.path()) else {
        panic!("one was chosen");
    };
    assert_eq!(paths.len(), 2);
    assert!(paths[0].ends_with("a/manifest.yaml"));
}

#[test]
fn every_manifest_of_a_folder_is_named_best_first() {
    let folder = folder(&["manifest.json", ".kiket/extensions/a/manifest.yaml", "extension.yml"]);
    let found = candidates(folder.path()).unwrap();
    let inside: Vec<_> = found
        .iter()
        .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(inside, ["extension.yml", "manifest.json", ".kiket/extensions/a/manifest.yaml"]);
}

#[test]
fn the_error_of_a_file_has_its_place_and_the_number_of_the_others() {
    let folder = folder(&[]);
    let path = folder.path().join("manifest.yaml");
    fs::write(&path, "id: a\nname: []\nhooks: {}\nsdk: {}\nsettings: [{key: k}, {key: k}]\n")
        .unwrap();
    let error = read(&path).unwrap_err().to_string();
    let expected = ":2:7: `name` is a list; write a text (and 2 more errors)";
    assert_eq!(error, format!("{}{expected}", path.display()));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let folder = folder(&[]);
    let path = folder.path().join("manifest.yaml");
    fs::write(&path, "\u{feff}id: a\nversion: 1.0\n").unwrap();
    assert_eq!(read(&path).unwrap().version.unwrap().as_str(), "1.0");
}

#[test]
fn every_error_names_the_file() {
    let folder = folder(&[]);
    let path = folder.path().join("manifest.yaml");
    let mut seen = vec![read(&path).unwrap_err()];
    for content in
        [b"id: [".to_vec(), b"name: x".to_vec(), b"id: \xff".to_vec(), vec![b'#'; LARGEST + 1]]
    {
        fs::write(&path, content).unwrap();
        seen.push(read(&path).unwrap_err());
    }
    for error in &seen {
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    assert!(seen[3].to_string().contains("not UTF-8 (byte 4 is wrong)"), "{}", seen[3]);
    assert!(seen[4].to_string().contains("larger than 256 KiB"), "{}", seen[4]);
}
