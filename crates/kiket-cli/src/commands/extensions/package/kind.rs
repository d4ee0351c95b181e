//! What is packed of which kind of project. Every list is written as in `.gitignore`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// What every extension may have.
const ANY: &[&str] = &[
    "/.kiket/**",
    "/manifest.y*ml",
    "/extension.y*ml",
    "/manifest.json",
    "/kiket.toml",
    "/.kiketignore",
    "/.env.example",
    "/README*",
    "/CHANGELOG*",
    "/LICEN[CS]E*",
    "/NOTICE*",
    "/SECURITY*",
    "/docs/**",
    "/replay/**",
    "/examples/**",
    "/assets/**",
    "/deploy/**",
    "/Dockerfile*",
    "/.dockerignore",
];
/// A file that makes a folder a project of this kind, and what such a project may have.
const KINDS: &[(&[&str], &[&str])] = &[
    (
        &["Cargo.toml"],
        &[
            "/Cargo.toml",
            "/Cargo.lock",
            "/build.rs",
            "/rust-toolchain*",
            "/rustfmt.toml",
            "/clippy.toml",
            "/.cargo/config.toml",
            "/src/**",
            "/tests/**",
            "/benches/**",
            "/migrations/**",
            "/templates/**",
        ],
    ),
    (
        &["package.json"],
        &[
            "/package.json",
            "/package-lock.json",
            "/npm-shrinkwrap.json",
            "/yarn.lock",
            "/pnpm-lock.yaml",
            "/tsconfig*.json",
            "/*.js",
            "/*.mjs",
            "/*.cjs",
            "/*.ts",
            "/*.mts",
            "/src/**",
            "/lib/**",
            "/public/**",
            "/test/**",
            "/tests/**",
        ],
    ),
    (
        &["pyproject.toml", "requirements.txt", "setup.py", "Pipfile", "extension.py", "main.py"],
        &[
            "*.py",
            "*.pyi",
            "py.typed",
            "/pyproject.toml",
            "/requirements*.txt",
            "/setup.cfg",
            "/poetry.lock",
            "/uv.lock",
            "/Pipfile",
            "/Pipfile.lock",
            "/pytest.ini",
            "/src/**",
            "/templates/**",
            "/tests/**",
        ],
    ),
    (
        &["Gemfile", "extension.rb", "main.rb", "config.ru"],
        &[
            "/*.rb",
            "/*.gemspec",
            "/Gemfile",
            "/Gemfile.lock",
            "/Rakefile",
            "/config.ru",
            "/app/**",
            "/bin/**",
            "/config/**",
            "/lib/**",
            "/test/**",
            "/spec/**",
        ],
    ),
    (&["go.mod"], &["*.go", "/go.mod", "/go.sum", "/testdata/**"]),
    (
        &["pom.xml", "build.gradle", "build.gradle.kts"],
        &[
            "/pom.xml",
            "/*.gradle",
            "/*.gradle.kts",
            "/gradle.properties",
            "/gradle.lockfile",
            "/gradle/**",
            "/gradlew",
            "/mvnw",
            "/.mvn/**",
            "/src/**",
        ],
    ),
    (
        &["global.json", "Extension.csproj", "Program.cs"],
        &["*.cs", "*.csproj", "*.sln", "*.props", "packages.lock.json", "/global.json"],
    ),
];
/// What is never packed, whatever a list says: variables, keys, what is built, and local state.
const NEVER: &[&str] = &[
    ".env*",
    "!.env.example",
    "*.env",
    ".git",
    ".kiket/dev/",
    "/target/",
    "node_modules/",
    ".venv/",
    "venv/",
    "env/",
    ".tox/",
    "site-packages/",
    "__pycache__/",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.ppk",
    "*.kdbx",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    "master.key",
    "admin.token",
    "kiket.db*",
    "*.p8",
    "*.tfstate*",
    "service-account*.json",
    "*credentials.json",
    "*.tar.gz",
    "*.tgz",
];

/// What may be packed of the project in this folder.
///
/// # Errors
/// None that can occur: the lists are fixed.
pub(super) fn listed(folder: &Path) -> Result<Gitignore, ignore::Error> {
    let has = |name: &&&str| folder.join(name).is_file();
    let of_kinds = KINDS.iter().filter(|(marks, _)| marks.iter().find(has).is_some());
    let lists = of_kinds.flat_map(|(_, list)| list.iter());
    matcher(folder, ANY.iter().chain(lists).copied())
}

/// What is never packed.
///
/// # Errors
/// None that can occur: the list is fixed.
pub(super) fn never(folder: &Path) -> Result<Gitignore, ignore::Error> {
    matcher(folder, NEVER.iter().copied())
}

/// A matcher to which what a list names is `ignored`, whatever its case.
fn matcher<'a>(
    folder: &Path,
    lines: impl Iterator<Item = &'a str>,
) -> Result<Gitignore, ignore::Error> {
    let mut builder = GitignoreBuilder::new(folder);
    builder.case_insensitive(true)?;
    for line in lines {
        builder.add_line(None, line)?;
    }
    builder.build()
}
