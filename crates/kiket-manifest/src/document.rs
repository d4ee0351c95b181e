//! A manifest's text with everything that was read from it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::edit::{self, Edit};
use crate::error::Invalid;
use crate::finding::{Finding, Findings, Severity};
use crate::reader::{self, Read};
use crate::source::{Position, Source, Span};
use crate::spanned::Spanned;
use crate::tree::Node;
use crate::yaml::{self, Composed};
use crate::{Error, LARGEST, Manifest, Shape};

/// A manifest's text, the tree of its values, the model, and what is wrong with it.
///
/// Reading goes on after a problem where it can: the model has whatever could be read.
///
/// ```
/// use kiket_manifest::Document;
///
/// let document = Document::parse("id: com.example.crm\ncallback: {timeout: soon}\nhooks: [{}]\n");
/// assert_eq!(*document.manifest().id, "com.example.crm");
///
/// let timeout = &document.findings()[0];
/// assert_eq!(timeout.message, "`callback.timeout` is a text");
/// assert_eq!(timeout.help.as_deref(), Some("write a whole number of milliseconds"));
/// assert_eq!(document.position(timeout.span).to_string(), "line 2, column 21");
/// assert_eq!(document.findings()[1].message, "`hooks[0]` has no `event`");
/// ```
#[derive(Debug)]
pub struct Document {
    file: Option<PathBuf>,
    source: Source,
    root: Node,
    complete: bool,
    shape: Shape,
    manifest: Manifest,
    findings: Vec<Finding>,
}

impl Document {
    /// Reads a text, YAML or JSON. A byte order mark before it is skipped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::with(text, Findings::default())
    }

    fn with(text: &str, mut findings: Findings) -> Self {
        if text.len() > LARGEST {
            let text = &text[..text.floor_char_boundary(LARGEST)];
            let message = format!("the manifest is larger than {} KiB", LARGEST / 1024);
            let finding = Finding::error("too-large", Span::default(), message);
            findings.push(finding.help("move long texts out of it"));
            return Self::of(Source::new(text), Composed::default(), findings);
        }
        let source = Source::new(text);
        let composed = yaml::compose(&source, &mut findings);
        Self::of(source, composed, findings)
    }

    /// Reads bytes, which should be UTF-8. The bytes that are not do not hide the others.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(LARGEST + 1)];
        let mut findings = Findings::default();
        if let Err(error) = str::from_utf8(bytes) {
            let at = error.valid_up_to();
            let message = format!("the manifest is not UTF-8 (byte {at} is wrong)");
            let finding = Finding::error("encoding", Span::new(at, at), message);
            findings.push(finding.help("save it as UTF-8"));
        }
        Self::with(&String::from_utf8_lossy(bytes), findings)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; whatever is wrong with the content is a finding.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes =
            bounded(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })?;
        Ok(Self { file: Some(path.to_owned()), ..Self::from_bytes(&bytes) })
    }

    fn of(source: Source, composed: Composed, mut findings: Findings) -> Self {
        let Composed { root, complete } = composed;
        let Read { manifest, shape } = reader::read(&root, complete, &mut findings);
        let mut findings = findings.sorted();
        if !complete {
            // What stands behind an edit may mean something else with it.
            findings.iter_mut().for_each(|finding| finding.fix.clear());
        }
        Self { file: None, source, root, complete, shape, manifest, findings }
    }

    /// Reads a file beside a manifest, whose values say nothing of the manifest itself.
    pub(crate) fn beside(bytes: &[u8]) -> Self {
        let mut findings = Findings::default();
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LARGEST)]);
        let (source, mut composed) = (Source::new(&text), Composed::default());
        if bytes.len() > LARGEST {
            let message = format!("the file is larger than {} KiB", LARGEST / 1024);
            let finding = Finding::error("too-large", Span::default(), message);
            findings.push(finding.help("take it apart"));
        } else if let Err(error) = str::from_utf8(bytes) {
            let at = error.valid_up_to();
            let message = format!("the file is not UTF-8 (byte {at} is wrong)");
            let finding = Finding::error("encoding", Span::new(at, at), message);
            findings.push(finding.help("save it as UTF-8"));
        } else {
            composed = yaml::compose(&source, &mut findings);
        }
        let Composed { root, complete } = composed;
        let (shape, manifest) = (Shape::Unknown, Manifest::default());
        let findings = findings.sorted();
        Self { file: None, source, root, complete, shape, manifest, findings }
    }

    /// The file that this was read from.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The text, without a byte order mark. Every [`Span`] is a stretch of it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The tree of all values, also of those that the model does not know.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Whether the text could be read to its end. Otherwise what is absent may just not have been
    /// reached.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The form that the manifest is written in.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// What the manifest says, as far as it could be read.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is wrong, in the order of the places.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Where a stretch begins, for people.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        self.source.position(span.start)
    }

    /// The path of the member that stands there, such as `extension.hooks[0].event`; empty for the
    /// whole document.
    #[must_use]
    pub fn path(&self, span: Span) -> String {
        reader::path(&self.root, span)
    }

    /// The manifest, when nothing is wrong with it but warnings.
    ///
    /// # Errors
    /// The first error, with the number of the others.
    pub fn into_manifest(self) -> Result<Manifest, Error> {
        let Self { file, source, manifest, findings, .. } = self;
        let mut errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        let Some(finding) = errors.next() else { return Ok(manifest) };
        let position = source.position(finding.span.start);
        Err(Error::Invalid(Box::new(Invalid { file, position, finding, more: errors.count() })))
    }

    /// The edit that writes this value in place of a scalar.
    #[must_use]
    pub fn replace(&self, span: Span, value: &serde_json::Value) -> Edit {
        edit::replace(&self.source, span, value)
    }

    /// The edit that gives a member another name.
    #[must_use]
    pub fn rename(&self, key: &Spanned<String>, name: &str) -> Edit {
        edit::replace(&self.source, key.span, &name.into())
    }

    /// The edit that adds a member to a mapping; none when the mapping has the key already, or
    /// nothing to put the member beside.
    #[must_use]
    pub fn insert(&self, mapping: &Node, key: &str, value: &serde_json::Value) -> Option<Edit> {
        edit::insert(&self.source, mapping, key, value)
    }
}

/// The file's bytes, and one more than [`LARGEST`] when it is too large.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
