//! The attribute macros of `kiket-sdk`; use them from there.
//!
//! Each goes the same way: `parse` reads the attribute, `validate` collects what is wrong with
//! it and the function, `expand` writes the code. All faults are reported at once.

#![forbid(unsafe_code)]

mod expand;
mod kind;
mod parse;
mod validate;

use proc_macro::TokenStream;
use syn::{ItemFn, parse_macro_input};

use crate::kind::Kind;

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
    declare(Kind::Webhook, attribute, item)
}

/// Declares an async function as the guard of one version of an event that asks before it acts. It
/// answers with `Result<Guard>`.
///
/// ```text
/// #[guard("workflow.before_transition", version = "v1")]
/// #[guard("workflow.before_transition", version = "v1", required_scopes = ["issues.read"])]
/// ```
///
/// What `#[webhook]` says about the function holds here too.
#[proc_macro_attribute]
pub fn guard(attribute: TokenStream, item: TokenStream) -> TokenStream {
    declare(Kind::Guard, attribute, item)
}

/// Declares an async function as the handler of an action, by the key that the manifest declares.
/// It answers with `Result<ActionResult>`.
///
/// ```text
/// #[action("sync_contacts")]
/// #[action("sync_contacts", required_scopes = ["custom_data.write"])]
/// ```
///
/// What `#[webhook]` says about the function holds here too.
#[proc_macro_attribute]
pub fn action(attribute: TokenStream, item: TokenStream) -> TokenStream {
    declare(Kind::Action, attribute, item)
}

fn declare(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    let declaration =
        syn::parse(attribute).and_then(|attribute| validate::attribute(kind, attribute));
    match (declaration, validate::function(kind, &function)) {
        (Ok(declaration), Ok(handler)) => expand::handler(&declaration, &handler),
        (Err(faults), Ok(_)) | (Ok(_), Err(faults)) => expand::faulty(&faults, &function),
        (Err(mut faults), Err(others)) => {
            faults.combine(others);
            expand::faulty(&faults, &function)
        }
    }
    .into()
}
