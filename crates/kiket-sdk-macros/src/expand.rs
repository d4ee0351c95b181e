//! Writes the code beside a function.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, ItemFn};

use crate::validate::{Declaration, Handler};

/// The function, and a hidden type of its name that registers it.
///
/// The signature's types are written into the registration, so that rustc reports an unmet bound
/// once and at the type that does not meet it.
pub(crate) fn handler(declaration: &Declaration, handler: &Handler<'_>) -> TokenStream {
    let Declaration { kind, name, version, scopes } = declaration;
    let Handler { function, payload, context, returned } = handler;
    let register = kind.function();
    let texts = [name].into_iter().chain(version);
    let handler = &function.sig.ident;
    let registration = quote! {
        ::kiket_sdk::__private::#register::<#payload, #context, #returned, _>(#(#texts,)* #handler)
            .required_scopes([#(#scopes),*])
    };
    declared(function, &registration)
}

/// The function and its faults. The hidden type is there all the same, so that `handlers![…]` does
/// not add an error of its own.
pub(crate) fn faulty(faults: &Error, function: &ItemFn) -> TokenStream {
    let faults = faults.to_compile_error();
    if function.sig.receiver().is_some() {
        return quote! { #function #faults };
    }
    let function = declared(function, &quote! { ::core::unreachable!() });
    quote! { #function #faults }
}

fn declared(function: &ItemFn, registration: &TokenStream) -> TokenStream {
    let conditions: Vec<&Attribute> =
        function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let visibility = &function.vis;
    let name = &function.sig.ident;
    quote! {
        #function

        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "it has the name of its function")]
        #visibility enum #name {}

        #(#conditions)*
        impl ::kiket_sdk::__private::Declared for #name {
            fn registration() -> ::kiket_sdk::__private::Registration {
                #registration
            }
        }
    }
}
