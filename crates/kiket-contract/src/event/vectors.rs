//! The samples as files, for tests in other languages: `vectors/events/` at the repository's root.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use super::{Entry, catalogue};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/events");

fn file_name(entry: &Entry) -> String {
    format!("{}.{}.json", entry.open_family().unwrap_or(entry.event), entry.version)
}

fn wanted() -> BTreeMap<String, String> {
    let text = |entry: &Entry| serde_json::to_string_pretty(&entry.sample()).unwrap() + "\n";
    catalogue().map(|entry| (file_name(entry), text(entry))).collect()
}

fn found(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
    files
        .map(|file| {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(file).unwrap())
        })
        .collect()
}

fn renew(folder: &Path, wanted: &BTreeMap<String, String>) {
    fs::create_dir_all(folder).unwrap();
    for name in found(folder).keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, text) in wanted {
        fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn vectors_are_the_samples_of_the_catalogue() {
    let folder = Path::new(FOLDER);
    let wanted = wanted();
    assert_eq!(wanted.len(), catalogue().count(), "two entries share a file");
    if env::var_os("UPDATE_VECTORS").is_some_and(|value| value == "1") {
        renew(folder, &wanted);
    }
    let found = found(folder);
    let differing: Vec<_> = wanted
        .keys()
        .chain(found.keys())
        .filter(|name| wanted.get(*name) != found.get(*name))
        .collect();
    assert!(
        differing.is_empty(),
        "missing, extra or out of date in vectors/events: {differing:?}; \
         renew them with UPDATE_VECTORS=1 cargo test -p kiket-contract vectors"
    );
}
