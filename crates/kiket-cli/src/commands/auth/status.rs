//! `kiket auth status`.

use kiket_contract::api::installations::{Installation, ListInstallations, PATH};
use kiket_contract::api::{Limit, Page};
use serde_json::json;

use crate::args::{Format, Remote};
use crate::exit::Exit;
use crate::operator::{self, Operator};
use crate::output::table::facts;
use crate::printer;
use crate::settings::{self, Place};

/// Says what is meant and where that was found, and whether the platform accepts it.
pub(super) async fn run(remote: Remote) -> anyhow::Result<Exit> {
    let place = settings::place(&remote)?;
    let token = place.token(&remote)?;
    let Place { url, url_from, .. } = place;
    let token_from = token.as_ref().map(|(_, source)| source.to_string());
    let checked = match token {
        Some((token, source)) => accepted(&Operator::new(url.clone(), token, source)?).await,
        None => Err(operator::Error::NoToken { url: url.to_string() }),
    };
    match remote.format {
        Format::Json => printer::line(json!({
            "url": url.as_str(),
            "url_from": url_from.to_string(),
            "token_from": token_from,
            "accepted": checked.is_ok(),
        }))?,
        Format::Text => printer::line(facts([
            ("platform", Some(url.to_string())),
            ("found in", Some(url_from.to_string())),
            ("token of", Some(token_from.unwrap_or_else(|| "nowhere".to_owned()))),
            ("accepted", Some(if checked.is_ok() { "yes" } else { "no" }.to_owned())),
        ]))?,
    }
    checked?;
    Ok(Exit::Ok)
}

/// Whether the platform takes the token.
pub(in crate::commands) async fn accepted(operator: &Operator) -> Result<(), operator::Error> {
    let limit = Limit::try_from(1).unwrap_or_default();
    let least = ListInstallations { limit, ..Default::default() };
    operator.get::<Page<Installation>>(PATH, &least).await.map(drop)
}
