//! Manifests that are made to cost much: each read and linted in a process of its own.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use kiket_manifest::lint::lint;
use kiket_manifest::{Document, apply};

use crate::{commands, inputs, verdict};

/// What makes this program read one input.
pub(crate) const COMMAND: &str = "read";
const ROUNDS: usize = 5;
/// Milliseconds, and MiB.
const TIME_BELOW: f64 = 1_000.0;
const MEMORY_BELOW: f64 = 64.0;

/// Prints what each input costs, and the worst.
pub(crate) fn print() -> anyhow::Result<()> {
    let kiket = commands::kiket()?;
    println!("Hostile manifests, medians of {ROUNDS} rounds.\n");
    println!(
        "{:<36} {:>8} {:>9} {:>9} {:>9} {:>9}",
        "input", "KiB", "findings", "read ms", "peak MiB", "kiket ms"
    );
    let (mut longest, mut largest) = (0.0_f64, 0.0_f64);
    for (name, input) in inputs::hostile() {
        let mut all = Vec::new();
        for _ in 0..ROUNDS {
            all.push(measured(name)?);
        }
        let column = |index: usize| {
            let mut figures: Vec<f64> = all.iter().map(|one: &[f64; 3]| one[index]).collect();
            commands::median(&mut figures)
        };
        let (time, memory, findings) = (column(0), column(1), column(2));
        let file = commands::file(&input)?;
        let command = commands::lint(&kiket, file.path());
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let (time, code) = commands::run(&command)?;
            ensure!(code.is_some(), "`kiket` was ended by {name}");
            times.push(time);
        }
        let whole = commands::median(&mut times);
        let kib = input.len().div_ceil(1024);
        println!("{name:<36} {kib:>8} {findings:>9} {time:>9.2} {memory:>9.1} {whole:>9.1}");
        longest = longest.max(time).max(whole);
        largest = largest.max(memory);
    }
    println!("\nlongest: {longest:.1} ms, below {TIME_BELOW:.0}: {}", verdict(longest, TIME_BELOW));
    println!(
        "largest: {largest:.1} MiB, below {MEMORY_BELOW:.0}: {}",
        verdict(largest, MEMORY_BELOW)
    );
    Ok(())
}

/// The time in milliseconds, the peak in MiB and the findings, from a process of its own.
fn measured(name: &str) -> anyhow::Result<[f64; 3]> {
    let output = Command::new(std::env::current_exe()?).args([COMMAND, name]).output()?;
    ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let figures: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    figures?.try_into().ok().context("three figures")
}

/// Reads, lints and mends one input, and prints what that took. The peak has the input and this
/// program in it.
pub(crate) fn read(name: &str) -> anyhow::Result<()> {
    let mut inputs = inputs::hostile().into_iter();
    let (_, input) = inputs.find(|(known, _)| *known == name).context("no such input")?;
    drop(inputs);
    let begin = Instant::now();
    let document = Document::from_bytes(&input);
    let findings = lint(&document);
    let fixes = findings.iter().map(|finding| finding.fix.as_slice());
    let (fixed, _) = apply(document.text(), fixes);
    let time = begin.elapsed().as_secs_f64() * 1e3;
    println!("{time} {} {}", peak_mib()?, findings.len());
    drop((document, fixed));
    Ok(())
}

fn peak_mib() -> anyhow::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    Ok(kib.context("no peak")?.parse::<f64>()? / 1024.0)
}
