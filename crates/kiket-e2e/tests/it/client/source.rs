//! What the client's source offers, and what the tests' source calls.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, Item, Type, Visibility};

/// A public method of the client.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Method {
    pub(super) name: String,
    /// Whether it only says what a list is to have.
    pub(super) narrows: bool,
}

/// The files with the client's calls, by their paths below the folder.
pub(super) fn files() -> Vec<PathBuf> {
    let folder = folder();
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(&folder).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../kiket-client/src/calls")
}

/// The public methods of a file of the client's.
pub(super) fn methods(file: &Path) -> BTreeSet<Method> {
    let source = syn::parse_file(&fs::read_to_string(folder().join(file)).unwrap()).unwrap();
    let mut methods = BTreeSet::new();
    for item in source.items {
        let Item::Impl(block) = item else { continue };
        let of_list = matches!(&*block.self_ty, Type::Path(of)
            if of.path.segments.last().is_some_and(|last| last.ident == "List"));
        for item in block.items {
            let ImplItem::Fn(method) = item else { continue };
            if matches!(method.vis, Visibility::Public(_)) {
                methods.insert(Method { name: method.sig.ident.to_string(), narrows: of_list });
            }
        }
    }
    methods
}

/// The names that one function of a test's file calls; none when there is no such function.
pub(super) fn called(file: &Path, function: &str) -> Option<BTreeSet<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/client").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no file {}", path.display()));
    let found = syn::parse_file(&text).unwrap().items.into_iter().find_map(|item| match item {
        Item::Fn(found) if found.sig.ident == function => Some(found),
        _ => None,
    });
    found.map(|found| {
        let mut names = BTreeSet::new();
        collect(found.block.into_token_stream(), &mut names);
        names
    })
}

/// The names behind a dot or before arguments, also those that stand in a macro.
fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let mut behind_dot = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(name) => {
                let next = tokens.peek();
                let arguments = |it: &TokenTree| matches!(it, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
                if behind_dot || next.is_some_and(arguments) {
                    names.insert(name.to_string());
                }
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        behind_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
}
