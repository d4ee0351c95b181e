//! What is wrong with an attribute or its function, every fault with its place.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Error, FnArg, ItemFn, Lifetime, LitStr, Result, ReturnType, Signature, Type};
use syn::{TypeImplTrait, TypeReference};

use crate::kind::Kind;
use crate::parse::Attribute;

/// A complete attribute.
pub(crate) struct Declaration {
    pub(crate) kind: Kind,
    /// The event, or the key of an action.
    pub(crate) name: LitStr,
    pub(crate) version: Option<LitStr>,
    pub(crate) scopes: Vec<LitStr>,
}

/// A function that can be a handler.
pub(crate) struct Handler<'a> {
    pub(crate) function: &'a ItemFn,
    pub(crate) payload: &'a Type,
    pub(crate) context: &'a Type,
    pub(crate) returned: &'a Type,
}

/// Checks that an attribute is complete and names an event that such a handler can take.
pub(crate) fn attribute(kind: Kind, attribute: Attribute) -> Result<Declaration> {
    let mut faults = Faults::of(kind);
    let Attribute { name, version, scopes, unknown, .. } = attribute;
    let known =
        if kind.is_versioned() { "`version` and `required_scopes`" } else { "`required_scopes`" };
    for option in &unknown {
        faults.at(option, format!("unknown `{option}`; known: {known}"));
    }
    let place = name.as_ref().map_or_else(Span::call_site, LitStr::span);
    match &name {
        Some(event) => event_fits(event, &mut faults),
        None => faults.missing(place, kind.named_by()),
    }
    match &version {
        Some(version) if !kind.is_versioned() => {
            faults.at(version, "an action has no version; leave it out");
        }
        None if kind.is_versioned() => faults.missing(place, "`version`"),
        _ => {}
    }
    faults.none_and(name.map(|name| Declaration { kind, name, version, scopes }))
}

/// Only events that ask first have guards, and only guards take them.
fn event_fits(event: &LitStr, faults: &mut Faults) {
    let name = event.value();
    let message = match (faults.kind, asks(&name)) {
        (Kind::Webhook, true) => {
            "asks before it acts: it needs a guard, and a webhook's answer decides nothing; use \
             `#[guard]`, or handle the event that follows it"
        }
        (Kind::Guard, false) => {
            "does not ask before it acts: a guard's answer decides nothing; use `#[webhook]`, or \
             guard an event whose last part begins with `before_`"
        }
        _ => return,
    };
    faults.at(event, format!("`{name}` {message}"));
}

/// The last part of the name begins with `before_`.
fn asks(event: &str) -> bool {
    event.rsplit('.').next().is_some_and(|part| part.starts_with("before_"))
}

/// Checks that a function is an async one of a payload and a `Context`, with nothing generic.
pub(crate) fn function(kind: Kind, function: &ItemFn) -> Result<Handler<'_>> {
    let mut faults = Faults::of(kind);
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        faults.subject_at(signature.fn_token, "must be an `async fn`");
    }
    if !signature.generics.params.is_empty() {
        faults.subject_at(&signature.generics, "can not be generic; name the types");
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
        faults.subject_at(receiver, "is a function of its own, not a method");
        return None;
    }
    let types: Vec<_> = signature.inputs.iter().filter_map(argument).collect();
    let [payload, context] = types[..] else {
        let place = signature.paren_token.span.join();
        let subject = faults.kind.subject();
        let message = format!("{subject} has two arguments: the payload and a `Context`");
        faults.at_span(place, message);
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
            let message = format!("returns a `Result`; add `-> {}`", faults.kind.returned());
            faults.subject_at(&signature.ident, message);
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
                self.0.subject_at(lifetime, "owns what it takes and gives: no lifetimes");
            }
        }

        fn visit_type_reference(&mut self, reference: &TypeReference) {
            if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
                self.0.subject_at(reference, "owns what it takes and gives: no references");
            } else {
                visit::visit_type_reference(self, reference);
            }
        }

        fn visit_type_impl_trait(&mut self, found: &TypeImplTrait) {
            self.0.subject_at(found, "can not be generic; name the type");
        }
    }

    Visitor(faults).visit_type(found);
}

/// Faults as they are found.
struct Faults {
    kind: Kind,
    found: Option<Error>,
}

impl Faults {
    fn of(kind: Kind) -> Self {
        Self { kind, found: None }
    }

    /// A fault in what the function is, told of it.
    fn subject_at(&mut self, place: impl ToTokens, message: impl Display) {
        self.at(place, format!("{} {message}", self.kind.subject()));
    }

    fn missing(&mut self, place: Span, part: &str) {
        self.at_span(place, format!("missing {part}; write `{}`", self.kind.example()));
    }

    fn at(&mut self, place: impl ToTokens, message: impl Display) {
        self.add(Error::new_spanned(place, message));
    }

    fn at_span(&mut self, place: Span, message: impl Display) {
        self.add(Error::new(place, message));
    }

    fn add(&mut self, fault: Error) {
        match &mut self.found {
            Some(faults) => faults.combine(fault),
            None => self.found = Some(fault),
        }
    }

    /// The value, when there are no faults. Whoever has no value has added one.
    fn none_and<T>(self, value: Option<T>) -> Result<T> {
        match (self.found, value) {
            (None, Some(value)) => Ok(value),
            (Some(faults), _) => Err(faults),
            (None, None) => {
                Err(Error::new(Span::call_site(), format!("write `{}`", self.kind.example())))
            }
        }
    }
}
