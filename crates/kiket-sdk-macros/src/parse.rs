//! Reads an attribute's text into its parts.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, LitStr, Result, Token, bracketed};

/// The parts of `"name", version = "v1", required_scopes = ["scope"]`, as far as they are there.
#[derive(Default)]
pub(crate) struct Attribute {
    /// The event, or the key of an action.
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) scopes: Vec<LitStr>,
    pub(crate) unknown: Vec<Ident>,
    given: Vec<Ident>,
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attribute = Self::default();
        if input.peek(LitStr) {
            attribute.name = Some(input.parse()?);
            input.parse::<Option<Token![,]>>()?;
        }
        while !input.is_empty() {
            attribute.option(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(attribute)
    }
}

impl Attribute {
    fn option(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name: Ident = input.parse()?;
        if self.given.contains(&name) {
            return Err(Error::new(name.span(), format!("`{name}` is given twice; keep one")));
        }
        self.given.push(name.clone());
        input.parse::<Token![=]>()?;
        if name == "version" {
            self.version = Some(input.parse()?);
        } else if name == "required_scopes" {
            let scopes;
            bracketed!(scopes in input);
            let scopes: Punctuated<LitStr, Token![,]> = Punctuated::parse_terminated(&scopes)?;
            self.scopes = scopes.into_iter().collect();
        } else {
            input.parse::<Expr>()?;
            self.unknown.push(name);
        }
        Ok(())
    }
}
