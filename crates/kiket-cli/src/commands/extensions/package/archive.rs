//! Writes the archive: the same bytes of the same files, whenever and wherever.

use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};
use indicatif::{ProgressBar, ProgressStyle};
use kiket_manifest::Manifest;
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};
use tempfile::NamedTempFile;

use super::contents::{Contents, HASHES, LARGEST};
use super::problem::Problem;

/// What is written in the place of each file's time: the beginning of 1980, in seconds. Some programs
/// take nothing earlier.
const TIME: u64 = 315_532_800;
/// Everybody may read, nobody may run.
const MODE: u32 = 0o644;
/// The header's word for an operating system that is not told.
const UNKNOWN_SYSTEM: u8 = 255;
const LEVEL: u32 = 9;

/// An archive in its place.
#[derive(Debug)]
pub(in crate::commands::extensions) struct Packed {
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
    /// In lower-case hex.
    pub(super) sha256: String,
}

impl Packed {
    /// In bytes.
    pub(in crate::commands::extensions) fn size(&self) -> u64 {
        self.size
    }
}

/// What the archive is called without its ending, which is the folder in it too.
///
/// # Errors
/// When the manifest lacks id or version, or they can not be part of a file's name.
pub(super) fn stem(manifest: &Manifest) -> Result<String, Problem> {
    let version = manifest.version.as_ref().map_or("", |version| version.value.as_str());
    let is_plain = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
    };
    if is_plain(&manifest.id) && is_plain(version) {
        return Ok(format!("{}-{version}", *manifest.id));
    }
    let message = "the manifest has no id and version of letters, digits, dots and hyphens";
    Err(Problem::new(
        "name",
        message.to_owned(),
        "write `id` and `version`; the archive has both names",
    ))
}

/// Writes an archive into the folder, under a name of its own that goes when it is dropped.
///
/// # Errors
/// When a file can not be read or the archive not be written.
pub(super) fn write(
    contents: &Contents,
    stem: &str,
    output: &Path,
) -> anyhow::Result<NamedTempFile> {
    let place = || format!("can not write into `{}`", output.display());
    let mut file = NamedTempFile::new_in(output).with_context(place)?;
    let compressor = GzBuilder::new()
        .mtime(0)
        .operating_system(UNKNOWN_SYSTEM)
        .write(&mut file, Compression::new(LEVEL));
    let mut archive = tar::Builder::new(compressor);
    // It is seen on a terminal only.
    let progress = ProgressBar::new(contents.size()).with_style(ProgressStyle::with_template(
        "packing {bar:30} {bytes}/{total_bytes} {wide_msg}",
    )?);
    for (path, packed) in &contents.files {
        progress.set_message(path.clone());
        let content = fs::read(&packed.source)
            .with_context(|| format!("can not read `{}`", packed.source.display()))?;
        append(&mut archive, &format!("{stem}/{path}"), &content).with_context(place)?;
        progress.inc(packed.size);
    }
    progress.finish_and_clear();
    append(&mut archive, &format!("{stem}/{HASHES}"), hashes(contents).as_bytes())
        .with_context(place)?;
    let compressor = archive.into_inner().with_context(place)?;
    compressor.finish().with_context(place)?.flush().with_context(place)?;
    Ok(file)
}

fn append<W: Write>(archive: &mut tar::Builder<W>, path: &str, content: &[u8]) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(MODE);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(TIME);
    header.set_size(content.len() as u64);
    archive.append_data(&mut header, path, content)
}

/// A line for every file.
fn hashes(contents: &Contents) -> String {
    contents.files.iter().fold(String::new(), |mut lines, (path, file)| {
        // A text takes whatever is written to it.
        let _ = writeln!(lines, "{}  {path}", hex(&file.sha256));
        lines
    })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Puts the archive into its place, whole or not at all.
///
/// # Errors
/// When it can not be put there. The problem is that it is too large.
pub(super) fn finish(
    written: NamedTempFile,
    stem: &str,
    output: &Path,
) -> anyhow::Result<Result<Packed, Problem>> {
    let path = output.join(format!("{stem}.tar.gz"));
    let place = || format!("can not write `{}`", path.display());
    let size = written.as_file().metadata().with_context(place)?.len();
    if size > LARGEST {
        let message = format!("the archive has {size} bytes, and may have {LARGEST}");
        let help = "name in .kiketignore what an installation does not need";
        return Ok(Err(Problem::new("size", message, help)));
    }
    let mut hash = Sha256::new();
    let mut reader = File::open(written.path()).with_context(place)?;
    io::copy(&mut reader, &mut HashWriter(&mut hash)).with_context(place)?;
    written.as_file().set_permissions(Permissions::from_mode(MODE)).with_context(place)?;
    written.as_file().sync_all().with_context(place)?;
    written.persist(&path).with_context(place)?;
    Ok(Ok(Packed { path, size, sha256: hex(&hash.finalize()) }))
}

/// Hashes what is written to it.
struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
