//! The attribute macros of `kiket-sdk`; use them from there.
//!
//! Each goes the same way: `parse` reads the attribute, `validate` collects what is wrong with
//! it and the function, `expand` writes the code. All faults are reported at once.

#![forbid(unsafe_code)]

mod expand;
mod parse;
mod validate;

use proc_macro::TokenStream;
use syn::{ItemFn, parse_macro_input};

/// Declares an async function as the handler of one version of an event.
///
/// ```text
/// #[webhook("issue.created", version = "v1")]
/// #[webhook("issue.created", version = "v1", required_scopes = ["issues.read"])]
/// ```
///
/// The function stays as it is, so that a unit test calls it with `Context::for_test()`. Beside it
/// stands a hidden type of the same name, through which `handlers![…]` finds it: no other type or
/// module in its scope may have that name. The function stands in a module or inside another
/// function, not in an `impl` block, and is not generic.
#[proc_macro_attribute]
pub fn webhook(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    let attribute = syn::parse(attribute).and_then(validate::attribute);
    match (attribute, validate::function(&function)) {
        (Ok(webhook), Ok(handler)) => expand::webhook(&webhook, &handler),
        (Err(faults), Ok(_)) | (Ok(_), Err(faults)) => expand::faulty(&faults, &function),
        (Err(mut faults), Err(others)) => {
            faults.combine(others);
            expand::faulty(&faults, &function)
        }
    }
    .into()
}
