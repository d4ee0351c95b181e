//! What stands beside a manifest, read once, so that rules need no files.
//!
//! The promise: nothing outside the extension's folder is read, links included; nothing but regular
//! files is opened; how many files are read and how much of each is bounded. What could not be read
//! is noted and not passed over.

mod tested;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::module::ModuleSchema;
use crate::{Document, Error};

use walk::Walk;

const MODULES: &str = ".kiket/modules";
const SCHEMAS: [&str; 2] = ["schema.yml", "schema.yaml"];
const SEEDS: &str = "seeds";
const DBT: &str = "dbt";
const ANALYTICS: &str = ".kiket/analytics/dbt";
const PROJECT: &str = "dbt_project.yml";
const PROFILES: &str = "profiles.yml";

/// The files beside a manifest that rules look at: modules of custom data, dbt projects, and whether
/// there are tests and a readme.
#[derive(Debug)]
pub struct Folder {
    pub(crate) has_readme: bool,
    pub(crate) has_tests: bool,
    pub(crate) modules: Vec<Module>,
    /// The dbt project that belongs to no module.
    pub(crate) analytics: Option<Dbt>,
    pub(crate) unread: Vec<Unread>,
}

/// What an extension's folder has of a module of custom data.
#[derive(Debug)]
pub struct ModuleFiles<'a> {
    /// The module's id.
    pub id: &'a str,
    /// Its `schema.yml`.
    pub schema: &'a Document,
    /// The files below `seeds`.
    pub seeds: Vec<&'a Document>,
}

/// A folder of `.kiket/modules`.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its path below the extension's folder.
    pub(crate) path: PathBuf,
    /// Its schema; two when it stands there twice.
    pub(crate) schemas: Vec<File>,
    pub(crate) seeds: Vec<File>,
    pub(crate) dbt: Option<Dbt>,
}

/// A dbt project.
#[derive(Debug)]
pub(crate) struct Dbt {
    /// Its path below the extension's folder.
    pub(crate) path: PathBuf,
    pub(crate) project: Option<File>,
    pub(crate) profiles: Option<File>,
    /// The folders in it.
    pub(crate) folders: BTreeSet<String>,
}

/// A file with what was read from it.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path below the extension's folder.
    pub(crate) path: PathBuf,
    pub(crate) document: Document,
}

/// What stands there and was not read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) path: PathBuf,
    /// Why, as what follows the path in a sentence.
    pub(crate) why: String,
}

impl Folder {
    /// Reads what stands beside the manifest of the extension in this folder.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the folder itself can not be looked at.
    pub fn read(dir: &Path) -> Result<Self, Error> {
        let mut walk = Walk::at(dir)?;
        let names = walk.names(Path::new(""));
        let is_readme = |name: &str| {
            let name = name.to_ascii_lowercase();
            name == "readme" || name.starts_with("readme.")
        };
        let has_readme = names.iter().any(|name| is_readme(name));
        let modules = walk.folders(Path::new(MODULES)).into_iter();
        let modules = modules.map(|path| module(&mut walk, path)).collect();
        let analytics = dbt(&mut walk, PathBuf::from(ANALYTICS));
        let has_tests = tested::is_tested(&mut walk, &names);
        Ok(Self { has_readme, has_tests, modules, analytics, unread: walk.finish() })
    }

    /// The file at this path below the folder, when it was read.
    #[must_use]
    pub fn document(&self, path: &Path) -> Option<&Document> {
        self.files().find(|file| file.path == path).map(|file| &file.document)
    }

    /// The modules of custom data whose schema was read and has an id.
    pub fn modules(&self) -> impl Iterator<Item = ModuleFiles<'_>> {
        self.modules.iter().flat_map(|module| {
            module.schemas.iter().filter_map(|file| {
                let id = ModuleSchema::of(file.document.root()).id?.as_text()?;
                let seeds = module.seeds.iter().map(|seed| &seed.document).collect();
                Some(ModuleFiles { id, schema: &file.document, seeds })
            })
        })
    }

    /// Every file that was read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        let modules = self.modules.iter();
        let of_modules = modules.flat_map(|module| module.schemas.iter().chain(&module.seeds));
        let of_dbt = self.dbt().flat_map(|dbt| dbt.project.iter().chain(&dbt.profiles));
        of_modules.chain(of_dbt)
    }

    /// Every dbt project.
    pub(crate) fn dbt(&self) -> impl Iterator<Item = &Dbt> {
        self.modules.iter().filter_map(|module| module.dbt.as_ref()).chain(&self.analytics)
    }
}

fn module(walk: &mut Walk, path: PathBuf) -> Module {
    let schemas = SCHEMAS.iter().filter_map(|name| walk.file(path.join(name))).collect();
    let seeds = walk.names(&path.join(SEEDS)).into_iter();
    let is_yaml = |name: &String| name.ends_with(".yml") || name.ends_with(".yaml");
    let seeds: Vec<_> = seeds.filter(is_yaml).map(|name| path.join(SEEDS).join(name)).collect();
    let seeds = seeds.into_iter().filter_map(|path| walk.file(path)).collect();
    let dbt = dbt(walk, path.join(DBT));
    Module { path, schemas, seeds, dbt }
}

fn dbt(walk: &mut Walk, path: PathBuf) -> Option<Dbt> {
    if !walk.is_folder(&path) {
        return None;
    }
    let project = walk.file(path.join(PROJECT));
    let profiles = walk.file(path.join(PROFILES));
    let name = |folder: PathBuf| Some(folder.file_name()?.to_str()?.to_owned());
    let folders = walk.folders(&path).into_iter().filter_map(name).collect();
    Some(Dbt { path, project, profiles, folders })
}
