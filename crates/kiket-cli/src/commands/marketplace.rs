//! `kiket marketplace`: how extensions fare.

use kiket_contract::api::telemetry::REPORT;
use kiket_contract::api::telemetry::report::{Figures, ReadReport, TelemetryReport as Report};

use crate::args::{Marketplace, MarketplaceCommand, Telemetry, TelemetryReport};
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::table;
use crate::output::words::time;

/// Runs one of the commands.
pub(crate) async fn run(args: Marketplace) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        MarketplaceCommand::Telemetry(Telemetry::Report(args)) => {
            report(args, &operator, output).await?;
        }
    }
    Ok(Exit::Ok)
}

async fn report(args: TelemetryReport, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let wanted = ReadReport {
        window_hours: Some(args.window),
        project_id: args.project,
        extension_id: args.extension,
        include_unauthenticated: args.include_unauthenticated,
    };
    let report = operator.get::<Report>(REPORT, &wanted).await?;
    output.show(&report, shown)
}

fn shown(report: &Report) -> String {
    let reported = Figures {
        total: report.total_events,
        error_count: report.error_count,
        error_rate: report.error_rate,
        avg_latency_ms: report.avg_latency_ms,
        p50_latency_ms: report.p50_latency_ms,
        p95_latency_ms: report.p95_latency_ms,
        p99_latency_ms: report.p99_latency_ms,
    };
    let mut rows =
        vec![row("all", "reported", &reported), row("all", "measured", &report.measured)];
    for extension in &report.top_extensions {
        rows.push(row(&extension.extension_id, "reported", &extension.reported));
        rows.push(row(&extension.extension_id, "measured", &extension.measured));
    }
    let header = ["extension", "as", "calls", "errors", "rate", "avg", "p50", "p95", "p99"];
    let mut parts = vec![format!("since {}", time(report.since)), table(header, rows.into_iter())];
    if !report.recent_errors.is_empty() {
        let errors = report.recent_errors.iter().map(|error| {
            let why = error.error_message.as_ref().or(error.error_class.as_ref());
            [
                time(error.occurred_at),
                error.extension_id.clone(),
                error.event.clone(),
                why.cloned().unwrap_or_default(),
            ]
        });
        parts.push(table(["error at", "extension", "event", "what"], errors));
    }
    if report.unauthenticated_left_out > 0 {
        parts.push(format!(
            "{} records came without a credential and are left out; --include-unauthenticated \
             counts them in",
            report.unauthenticated_left_out
        ));
    }
    parts.join("\n\n")
}

fn row(extension: &str, side: &str, figures: &Figures) -> [String; 9] {
    let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0} ms"));
    [
        extension.to_owned(),
        side.to_owned(),
        figures.total.to_string(),
        figures.error_count.to_string(),
        format!("{:.1} %", figures.error_rate * 100.0),
        ms(figures.avg_latency_ms),
        ms(figures.p50_latency_ms),
        ms(figures.p95_latency_ms),
        ms(figures.p99_latency_ms),
    ]
}
