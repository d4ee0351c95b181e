//! What is wrong with an attribute or its function, every fault with its place.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Error, FnArg, ItemFn, Lifetime, LitStr, Result, ReturnType, Signature, Type};
use syn::{TypeImplTrait, TypeReference};

use crate::parse::Attribute;

const EXAMPLE: &str = "#[webhook(\"issue.created\", version = \"v1\")]";

/// A complete attribute.
pub(crate) struct Webhook {
    pub(crate) event: LitStr,
    pub(crate) version: LitStr,
    pub(crate) scopes: Vec<LitStr>,
}

/// A function that can be a handler.
pub(crate) struct Handler<'a> {
    pub(crate) function: &'a ItemFn,
    pub(crate) payload: &'a Type,
    pub(crate) context: &'a Type,
    pub(crate) returned: &'a Type,
}

/// Checks that an attribute is complete and names an event that a webhook can take.
pub(crate) fn attribute(attribute: Attribute) -> Result<Webhook> {
    let mut faults = Faults::default();
    for name in &attribute.unknown {
        faults.at(name, format!("unknown `{name}`; known are `version` and `required_scopes`"));
    }
    match &attribute.event {
        None => faults.at_span(Span::call_site(), format!("missing event; write `{EXAMPLE}`")),
        Some(event) if asks(&event.value()) => {
            let name = event.value();
            let message = "asks before it acts: it needs a guard, and a webhook's answer decides \
                           nothing; handle the event that follows it";
            faults.at(event, format!("`{name}` {message}"));
        }
        Some(_) => {}
    }
    if attribute.version.is_none() {
        let place = attribute.event.as_ref().map_or_else(Span::call_site, LitStr::span);
        faults.at_span(place, format!("missing `version`; write `{EXAMPLE}`"));
    }
    let scopes = attribute.scopes;
    let parts = attribute.event.zip(attribute.version);
    faults.none_and(parts.map(|(event, version)| Webhook { event, version, scopes }))
}

/// The last part of the name begins with `before_`.
fn asks(event: &str) -> bool {
    event.rsplit('.').next().is_some_and(|part| part.starts_with("before_"))
}

/// Checks that a function is an async one of a payload and a `Context`, with nothing generic.
pub(crate) fn function(function: &ItemFn) -> Result<Handler<'_>> {
    let mut faults = Faults::default();
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        faults.at(signature.fn_token, "a webhook handler must be an `async fn`");
    }
    if !signature.generics.params.is_empty() {
        faults.at(&signature.generics, "a webhook handler can not be generic; name the types");
    }
    let arguments = arguments(signature, &mut faults);
    let returned = returned(signature, &mut faults);
    faults.none_and(arguments.zip(returned).map(|((payload, context), returned)| Handler {
        function,
        payload,
        context,
        returned,
    }))
}

/// The two arguments' types.
fn arguments<'a>(signature: &'a Signature, faults: &mut Faults) -> Option<(&'a Type, &'a Type)> {
    if let Some(receiver) = signature.receiver() {
        faults.at(receiver, "a webhook handler is a function of its own, not a method");
        return None;
    }
    let types: Vec<_> = signature.inputs.iter().filter_map(argument).collect();
    let [payload, context] = types[..] else {
        let place = signature.paren_token.span.join();
        faults.at_span(place, "a webhook handler has two arguments: the payload and a `Context`");
        return None;
    };
    if is_context(payload) && !is_context(context) {
        let message = "the arguments are swapped: the payload comes first, `Context` second";
        faults.at(&signature.inputs, message);
        return None;
    }
    owned(payload, faults);
    owned(context, faults);
    Some((payload, context))
}

fn returned<'a>(signature: &'a Signature, faults: &mut Faults) -> Option<&'a Type> {
    match &signature.output {
        ReturnType::Type(_, returned) => {
            owned(returned, faults);
            Some(returned)
        }
        ReturnType::Default => {
            let message = "a webhook handler returns a `Result`; add `-> Result<()>`";
            faults.at(&signature.ident, message);
            None
        }
    }
}

fn argument(argument: &FnArg) -> Option<&Type> {
    match argument {
        FnArg::Typed(argument) => Some(&argument.ty),
        FnArg::Receiver(_) => None,
    }
}

fn is_context(argument: &Type) -> bool {
    match argument {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Context"),
        _ => false,
    }
}

/// Refuses what can not outlive the call, and what has no name.
fn owned(found: &Type, faults: &mut Faults) {
    struct Visitor<'a>(&'a mut Faults);

    impl Visit<'_> for Visitor<'_> {
        fn visit_lifetime(&mut self, lifetime: &Lifetime) {
            if lifetime.ident != "static" {
                self.0.at(lifetime, "a webhook handler owns what it takes and gives: no lifetimes");
            }
        }

        fn visit_type_reference(&mut self, reference: &TypeReference) {
            if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
                let message = "a webhook handler owns what it takes and gives: no references";
                self.0.at(reference, message);
            } else {
                visit::visit_type_reference(self, reference);
            }
        }

        fn visit_type_impl_trait(&mut self, found: &TypeImplTrait) {
            self.0.at(found, "name the type: a webhook handler can not be generic");
        }
    }

    Visitor(faults).visit_type(found);
}

/// Faults as they are found.
#[derive(Default)]
struct Faults(Option<Error>);

impl Faults {
    fn at(&mut self, place: impl ToTokens, message: impl Display) {
        self.add(Error::new_spanned(place, message));
    }

    fn at_span(&mut self, place: Span, message: impl Display) {
        self.add(Error::new(place, message));
    }

    fn add(&mut self, fault: Error) {
        match &mut self.0 {
            Some(faults) => faults.combine(fault),
            None => self.0 = Some(fault),
        }
    }

    /// The value, when there are no faults. Whoever has no value has added one.
    fn none_and<T>(self, value: Option<T>) -> Result<T> {
        match (self.0, value) {
            (None, Some(value)) => Ok(value),
            (Some(faults), _) => Err(faults),
            (None, None) => Err(Error::new(Span::call_site(), format!("write `{EXAMPLE}`"))),
        }
    }
}
