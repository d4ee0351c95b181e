//! `kiket extensions new`: what it writes and what it refuses.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::folder::Folder;

fn folder() -> Folder {
    Folder::with("beside.txt", "stays\n")
}

/// The output without what differs between machines.
fn shown(folder: &Folder, arguments: &str) -> String {
    let shown = folder.run(arguments).to_string();
    let version = concat!("=", env!("CARGO_PKG_VERSION"));
    shown.replace(version, "=[version]").replace(env!("CARGO_MANIFEST_DIR"), "[clone]/kiket-cli")
}

#[test]
fn what_is_written_is_listed_with_what_to_do_next() {
    let folder = folder();
    assert_snapshot!(shown(&folder, "new crm"));
    assert_snapshot!(shown(&folder, "scaffold apps/crm --sdk node --template webhook-guard"));
    assert_eq!(folder.content("beside.txt"), "stays\n");
}

#[test]
fn each_template_says_what_it_hears() {
    let folder = folder();
    for template in ["webhook-guard", "outbound", "notification", "blank"] {
        assert_eq!(folder.run(&format!("new {template} --template {template}")).code, Some(0));
        let manifest = folder.content(&format!("{template}/.kiket/manifest.yaml"));
        assert_snapshot!(format!("manifest_of_{template}"), manifest);
    }
}

#[test]
fn the_sdk_is_named_by_version_or_by_path() {
    let folder = folder();
    folder.run("new by-version");
    let version = concat!("kiket-sdk = \"=", env!("CARGO_PKG_VERSION"), "\"\n");
    assert!(folder.content("by-version/Cargo.toml").contains(version));

    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("kiket-sdk");
    let named = [("KIKET_SDK_PATH", sdk.to_str().unwrap())];
    let done = folder.run_with("new by-path", "", &named);
    assert!(done.stderr.contains("names kiket-sdk by its path"), "{done}");
    let path = format!("kiket-sdk = {{ path = \"{}\" }}\n", sdk.display());
    assert!(folder.content("by-path/Cargo.toml").contains(&path));

    let wrong = folder.run("new by-mistake --sdk-path .");
    assert_eq!(wrong.code, Some(1), "{wrong}");
    assert!(wrong.stderr.contains("name `crates/kiket-sdk` of a clone"), "{wrong}");
    assert!(!folder.path("by-mistake").exists());
}

#[test]
fn what_is_there_is_never_touched() {
    let folder = folder();
    folder.write("full/notes.txt", "mine\n");
    fs::create_dir(folder.path("empty")).unwrap();
    assert_snapshot!(folder.run("new full"));
    assert_snapshot!(shown(&Folder::with("crm", "a file\n"), "new crm"));
    assert_eq!(folder.content("full/notes.txt"), "mine\n");
    assert_eq!(fs::read_dir(folder.path("full")).unwrap().count(), 1);
    assert_eq!(folder.run("new empty").code, Some(0));
    assert_eq!(folder.run("new empty").code, Some(1));
}

#[test]
fn a_bad_name_is_a_mistake_in_the_command_line() {
    let folder = folder();
    assert_snapshot!(folder.run("new My_CRM"));
    for name in [".", "..", "a/..", "test", "kiket-sdk"] {
        assert_eq!(folder.run(&format!("new {name}")).code, Some(2), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path(".")).unwrap().count(), 1);
}

#[test]
fn a_link_in_the_place_of_the_folder_is_not_followed() {
    let folder = folder();
    fs::create_dir(folder.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path("elsewhere"), folder.path("crm")).unwrap();
    assert_eq!(folder.run("new crm").code, Some(1));
    assert_eq!(fs::read_dir(folder.path("elsewhere")).unwrap().count(), 0);
}
