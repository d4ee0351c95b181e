//! A sample of most of what an extension does. Each file is one part, to be copied on its own.

mod connection;
mod guard;
mod installed;
mod issues;
mod leads;
mod rate_limit;
mod settings;
mod sla;
mod sync;
#[cfg(test)]
mod tests;

use kiket_sdk::prelude::*;

fn extension() -> Result<Extension, kiket_sdk::Error> {
    let extension = Extension::from_manifest()?.load(handlers![
        issues::created,
        issues::created_v2,
        leads::updated,
        sync::triggered,
        sync::sync_leads,
        sla::status,
        guard::before_launch,
        installed::installed,
        connection::test_connection,
    ]);
    // Records of the handlers' calls go to Kiket, or where KIKET_SDK_TELEMETRY_URL says;
    // KIKET_SDK_TELEMETRY_OPTOUT=1 keeps them here.
    Ok(extension.telemetry_enabled(true))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    // Lambda sets this variable, and nothing else does.
    #[cfg(feature = "lambda")]
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return extension()?.run_lambda().await;
    }
    extension()?.run("0.0.0.0:8080").await
}
