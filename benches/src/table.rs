//! The report as a table.

use crate::report::{Limit, Ratio, Report, RowReport};
use crate::rows::Row;

pub(crate) fn print(report: &Report) {
    println!("Cost: {}; medians of {} rounds.\n", report.counted.text(), report.rounds);
    println!(
        "{:<16} {:>8} {:>8} {:>8} {:>10} {:>7} {:>8} {:>8} {:>8} {:>5} {:>8}",
        "row",
        "req/s",
        "p50 µs",
        "p99 µs",
        report.counted.unit(),
        "spread",
        "CPU µs",
        "allocs",
        "RSS MiB",
        "conns",
        "start ms"
    );
    report.rows.iter().for_each(row);
    println!("\nRatios: the cost of the first divided by the cost of the second.\n");
    report.ratios.iter().for_each(ratio);
    println!();
    report.limits.iter().for_each(limit);
}

/// The instructions of each row, and their ratios.
pub(crate) fn print_instructions(all: &[(&'static Row, f64)]) {
    println!("Cost: instructions in user mode as callgrind counts them, without SHA-256.\n");
    println!("{:<16} {:>10}", "row", "instr/req");
    for (row, cost) in all {
        println!("{:<16} {cost:>10.0}", row.name);
    }
    println!("\nRatios: the cost of the first divided by the cost of the second.\n");
    Ratio::of_instructions(all).iter().for_each(ratio);
}

fn row(row: &RowReport) {
    let or_none = |figure: Option<f64>| figure.map_or("-".to_owned(), |some| format!("{some:.1}"));
    let void = row.void.as_ref().map(|why| format!(" void: {why}")).unwrap_or_default();
    println!(
        "{:<16} {:>8.0} {:>8.0} {:>8.0} {:>10.2} {:>5.0} % {:>8.2} {:>8} {:>8.1} {:>5} {:>8}{void}",
        row.row,
        row.requests_per_second,
        row.p50_us,
        row.p99_us,
        row.cost,
        100.0 * row.cost_spread,
        row.cpu_us,
        or_none(row.allocations),
        row.resident_mib,
        row.connections,
        or_none(row.cold_start_ms),
    );
}

fn ratio(ratio: &Ratio) {
    let name = format!("{} / {}", ratio.floor, ratio.row);
    let target = ratio
        .target
        .map(|target| format!(", target at least {target:.2}: {}", verdict(ratio.ratio >= target)));
    let p99 = ratio.p99.map(|p99| {
        let (most, met) = (ratio.p99_target, verdict(p99 <= ratio.p99_target));
        format!("; p99 is {p99:.2} times the floor's, target at most {most:.1}: {met}")
    });
    match &ratio.void {
        Some(why) => println!("{name:<28} {:.3}, void: {why}", ratio.ratio),
        None => println!(
            "{name:<28} {:.3}{}{}",
            ratio.ratio,
            target.unwrap_or_default(),
            p99.unwrap_or_default()
        ),
    }
}

fn limit(limit: &Limit) {
    let Limit { row, what, figure, below } = limit;
    let name = format!("{row}, {what}");
    println!("{name:<28} {figure:.1}, target below {below:.0}: {}", verdict(figure < below));
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}
