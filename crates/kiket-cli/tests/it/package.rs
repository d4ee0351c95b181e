//! `kiket extensions package`: what is in the archive, and what is never in it.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use flate2::read::GzDecoder;
use insta::assert_snapshot;

use crate::folder::Folder;

const ARCHIVE: &str = "dist/com.example.crm-1.0.0.tar.gz";
const MANIFEST: &str = "\
model_version: \"1.0\"
extension:
  id: com.example.crm
  name: CRM
  version: 1.0.0
  sdk: node
  delivery: http
  callback: {url: \"${EXTENSION_BASE_URL}\", secret: env.KIKET_WEBHOOK_SECRET}
  hooks: [issue.created]
";
/// It is built at run time so that no file of this repository holds it.
fn secret() -> String {
    ["s3cr3t", "value", "9"].join("-")
}

/// The files of an extension, in this order.
fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        (".kiket/manifest.yaml", MANIFEST),
        ("README.md", "# CRM\n"),
        ("package.json", "{\"name\": \"crm\"}\n"),
        ("extension.mjs", "// The handlers.\n"),
        ("src/deep/down/part.js", "// A part.\n"),
        ("test/crm.test.mjs", "// Tests.\n"),
        ("replay/issue.created.v1.json", "{}\n"),
        (".env.example", "KIKET_WEBHOOK_SECRET=\n"),
    ]
}

fn extension() -> Folder {
    let folder = Folder::with("notes.txt", "mine\n");
    files().into_iter().for_each(|(path, content)| folder.write(path, content));
    folder
}

/// The files of an archive with their contents.
fn unpacked(archive: &Path) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        (entry.path().unwrap().display().to_string(), content)
    });
    entries.collect()
}

/// What is packed, without the folder that all of it is in.
fn packed(folder: &Folder) -> Vec<String> {
    let files = unpacked(&folder.path(ARCHIVE)).into_keys();
    files.map(|path| path.split_once('/').unwrap().1.to_owned()).collect()
}

#[test]
fn the_archive_is_shown_with_its_hash() {
    let folder = extension();
    assert_snapshot!(folder.run("package"));
    assert_snapshot!(folder.run("package --list"));
    assert_snapshot!(folder.run("package --format json"));
    let files = unpacked(&folder.path(ARCHIVE));
    let list = &files["com.example.crm-1.0.0/MANIFEST.sha256"];
    assert_eq!(list.lines().count(), files.len() - 1);
    assert_snapshot!(list);
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (one, other) = (extension(), Folder::with("notes.txt", "others\n"));
    for (index, (path, content)) in files().into_iter().rev().enumerate() {
        other.write(path, content);
        let file = File::open(other.path(path)).unwrap();
        let mode = if index % 2 == 0 { 0o700 } else { 0o600 };
        file.set_permissions(Permissions::from_mode(mode)).unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * index as u64);
        File::options()
            .append(true)
            .open(other.path(path))
            .unwrap()
            .set_modified(modified)
            .unwrap();
    }
    for folder in [&one, &other] {
        assert_eq!(folder.run("package").code, Some(0));
    }
    let bytes = |folder: &Folder| fs::read(folder.path(ARCHIVE)).unwrap();
    assert_eq!(bytes(&one), bytes(&other));
    // Again, with the first archive in the folder.
    assert_eq!(one.run("package").code, Some(0));
    assert_eq!(bytes(&one), bytes(&other));
    one.write("README.md", "# CRM, changed\n");
    assert_eq!(one.run("package").code, Some(0));
    assert_ne!(bytes(&one), bytes(&other));
}

#[test]
fn variables_keys_and_what_is_built_are_never_packed() {
    let folder = extension();
    // Whatever adds them, and wherever they are.
    folder.write(".kiketignore", "!.env\n!*.pem\n!node_modules/\n!**\n");
    for name in [
        ".env",
        ".env.production",
        "src/.env",
        "src/.ENV.local",
        "docs/server.pem",
        "src/id_rsa",
        ".git/config",
        "node_modules/a/index.js",
        "src/node_modules/a/index.js",
        "target/debug/crm",
        ".kiket/dev/kiket.db",
        "dist/older.tar.gz",
    ] {
        folder.write(name, &format!("A = {}\n", secret()));
    }
    assert_eq!(folder.run("package").code, Some(0));
    let mut expected: Vec<_> = files().into_iter().map(|(path, _)| path).collect();
    expected.extend([".kiketignore", "MANIFEST.sha256", "notes.txt"]);
    expected.sort_unstable();
    let mut packed = packed(&folder);
    packed.sort_unstable();
    assert_eq!(packed, expected);
    for content in unpacked(&folder.path(ARCHIVE)).into_values() {
        assert!(!content.contains(&secret()));
    }
}

#[test]
fn a_planted_secret_is_refused_with_its_place_and_never_told() {
    let folder = extension();
    folder.write("src/api.js", &format!("\n  const API_TOKEN = \"{}\";\n", secret()));
    folder.write(".kiket/manifest.yaml", &MANIFEST.replace("env.KIKET_WEBHOOK_SECRET", &secret()));
    let done = folder.run("package");
    assert_snapshot!(done);
    assert_snapshot!(folder.run("package --format json"));
    assert!(!done.to_string().contains(&secret()));
    assert!(!folder.path("dist").exists());
    let one = folder.run("package --allow-secret src/api.js:2");
    assert!(one.stderr.contains("nothing is packed: 1 problem"), "{one}");
    let both = "package --allow-secret src/api.js:2 --allow-secret .kiket/manifest.yaml:8";
    assert_eq!(folder.run(both).code, Some(0));
    let unused = folder.run(&format!("{both} --allow-secret src/api.js:1"));
    assert!(unused.stderr.contains("nothing that looks like a secret is at src/api.js:1"));
}

#[test]
fn what_is_excepted_hides_nothing_else() {
    let folder = extension();
    let line = format!("const API_TOKEN = \"{}\";\n", secret());
    folder.write("src/api.js", &line.repeat(25));
    let allowed: String =
        (1..=24).map(|number| format!(" --allow-secret src/api.js:{number}")).collect();
    let done = folder.run(&format!("package{allowed}"));
    assert!(done.stderr.contains("nothing is packed: 1 problem"), "{done}");
    assert!(done.to_string().contains("src/api.js:25"), "{done}");
}

#[test]
fn credentials_of_kiket_and_what_a_platform_keeps_are_not_packed() {
    let folder = extension();
    folder.write(".kiket/data/admin.token", "hush\n");
    folder.write(".kiket/data/kiket.db", "rows\n");
    assert_eq!(folder.run("package").code, Some(0));
    let packed = packed(&folder);
    assert!(!packed.iter().any(|path| path.contains("data/")), "{packed:?}");
    folder.write("src/a.js", &format!("call(\"kk_{}\");\n", "0a1b2c3d".repeat(8)));
    let done = folder.run("package");
    assert_eq!(done.code, Some(4), "{done}");
    assert!(done.to_string().contains("a credential of Kiket"), "{done}");
}

#[test]
fn ignore_files_leave_out_and_add() {
    let folder = extension();
    folder.write(".gitignore", "src/deep/\n*.log\n");
    folder.write("src/a.log", "a\n");
    folder.write("src/draft.js", "// Not yet.\n");
    folder.write("data/cities.csv", "Ghent\n");
    folder.write(".kiketignore", "draft.js\n!data/cities.csv\n");
    assert_eq!(folder.run("package").code, Some(0));
    let packed = packed(&folder);
    let has = |name: &str| packed.iter().any(|path| path == name);
    assert!(has("data/cities.csv") && has("extension.mjs"), "{packed:?}");
    for name in ["src/deep/down/part.js", "src/a.log", "src/draft.js", "notes.txt"] {
        assert!(!has(name), "{name}");
    }
}

#[test]
fn links_are_packed_as_what_they_lead_to_and_only_within_the_folder() {
    let folder = extension();
    symlink("deep/down/part.js", folder.path("src/same.js")).unwrap();
    assert_eq!(folder.run("package").code, Some(0));
    let files = unpacked(&folder.path(ARCHIVE));
    assert_eq!(files["com.example.crm-1.0.0/src/same.js"], "// A part.\n");
    let outside = Folder::with("outside.js", "// Elsewhere.\n");
    folder.write(".env", "A=b\n");
    symlink(outside.path("outside.js"), folder.path("src/outside.js")).unwrap();
    symlink("../.env", folder.path("src/variables.js")).unwrap();
    symlink("nowhere", folder.path("src/nowhere.js")).unwrap();
    symlink(outside.path("."), folder.path("elsewhere")).unwrap();
    assert_snapshot!(folder.run("package"));
}

#[test]
fn what_can_not_be_used_is_not_packed() {
    let folder = extension();
    folder.write(".kiket/manifest.yaml", &MANIFEST.replace("sdk: node", "sdk: nodde"));
    assert_snapshot!(folder.run("package"));
    let nothing = Folder::with("README.md", "# CRM\n").run("package");
    assert_eq!(nothing.code, Some(1), "{nothing}");
    assert!(nothing.stderr.contains("there is no manifest in"), "{nothing}");
    assert_eq!(extension().run("package --allow-secret nowhere").code, Some(2));
}

#[test]
fn what_is_too_large_is_not_packed() {
    let folder = extension();
    folder.write("docs/film.bin", "");
    File::options()
        .write(true)
        .open(folder.path("docs/film.bin"))
        .unwrap()
        .set_len(50_000_001)
        .unwrap();
    let done = folder.run("package");
    assert_eq!(done.code, Some(4));
    assert!(done.stderr.contains("docs/film.bin: it is larger than 50000000 bytes"), "{done}");
}

#[test]
fn an_archive_within_the_folder_is_not_packed_itself() {
    let folder = extension();
    for _ in 0..2 {
        let done = folder.run("package --output src --format json");
        assert_eq!(done.code, Some(0), "{done}");
        assert!(!done.stdout.contains("\"path\": \"src/com.example"), "{done}");
    }
    let left = fs::read_dir(folder.path("src")).unwrap().count();
    assert_eq!(left, 2, "the folder that was there, and the archive");
}
