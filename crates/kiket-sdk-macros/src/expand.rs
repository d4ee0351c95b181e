//! Writes the code beside a function.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, ItemFn, Type};

use crate::validate::{Handler, Webhook};

/// The function, and a hidden type of its name that registers it.
///
/// The checks stand before the registration: both fail for the same reasons, and rustc reports a
/// reason once, at the first, whose place is the argument's or the answer's type.
pub(crate) fn webhook(webhook: &Webhook, handler: &Handler<'_>) -> TokenStream {
    let Webhook { event, version, scopes } = webhook;
    let name = &handler.function.sig.ident;
    let checks = [
        check("payload", handler.payload),
        check("context", handler.context),
        check("returned", handler.returned),
    ];
    let registration = quote! {
        #(#checks)*
        ::kiket_sdk::__private::Registration::webhook(#event, #version, #name)
            .required_scopes([#(#scopes),*])
    };
    declared(handler.function, &registration)
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

fn check(what: &str, found: &Type) -> TokenStream {
    let check = syn::Ident::new(what, found.span());
    quote_spanned! { found.span() => ::kiket_sdk::__private::#check::<#found>(); }
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
        #[allow(non_camel_case_types)]
        #visibility enum #name {}

        #(#conditions)*
        impl ::kiket_sdk::__private::Declared for #name {
            fn registration() -> ::kiket_sdk::__private::Registration {
                #registration
            }
        }
    }
}
