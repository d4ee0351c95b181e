//! What a server's process costs: instructions or time in user mode, all CPU time, memory.

use std::time::Duration;

use anyhow::{Context as _, bail};
use perf_event::data::Record;
use perf_event::events::{Hardware, Software};
use perf_event::{Builder, Counter, Sampler};
use serde::Serialize;

use crate::figures::float;

/// The distance of the samples of user CPU time. The kernel's own clock ticks every 4 or 10 ms and
/// takes a whole tick for user or system time, which is off by several percent in a second.
const SAMPLE: Duration = Duration::from_micros(100);
/// Room for the samples of several seconds, in bytes.
const SAMPLES: usize = 1 << 18;
/// User CPU time in /proc is in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// What the cost of a request is counted in: the best that the machine can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// Instructions in user mode, as the processor counts them.
    Instructions,
    /// Microseconds of user CPU time, as the kernel samples it for us.
    UserTimeSampled,
    /// Microseconds of user CPU time, as the kernel accounts for it.
    UserTimeInTicks,
}

/// Counts one process from now on.
pub(crate) struct Meter {
    process: u32,
    source: Source,
    cpu_before: Duration,
}

enum Source {
    Instructions(Counter),
    Samples(Sampler),
    Ticks(Duration),
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Instructions, or microseconds of user CPU time.
    pub(crate) user: f64,
    /// User and system time.
    pub(crate) cpu: Duration,
    pub(crate) resident_kib: u64,
}

impl Method {
    pub(crate) fn best() -> Self {
        let this = std::process::id();
        let all = [Self::Instructions, Self::UserTimeSampled];
        let works = |method: &Self| Meter::start(this, *method).is_ok();
        all.into_iter().find(works).unwrap_or(Self::UserTimeInTicks)
    }

    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Instructions => "instr/req",
            Self::UserTimeSampled | Self::UserTimeInTicks => "user µs",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Instructions => "instructions in user mode",
            Self::UserTimeSampled => "user CPU time, sampled every 100 µs",
            Self::UserTimeInTicks => "user CPU time in ticks of 10 ms: coarse, use many rounds",
        }
    }
}

impl Meter {
    /// Each server works on the thread that its process starts with, so that one is counted.
    pub(crate) fn start(process: u32, method: Method) -> anyhow::Result<Self> {
        let pid = i32::try_from(process)?;
        let source = match method {
            Method::Instructions => {
                let mut counter =
                    Builder::new(Hardware::INSTRUCTIONS).observe_pid(pid).any_cpu().build()?;
                counter.enable()?;
                Source::Instructions(counter)
            }
            Method::UserTimeSampled => {
                let every = u64::try_from(SAMPLE.as_nanos())?;
                let counter = Builder::new(Software::CPU_CLOCK)
                    .observe_pid(pid)
                    .any_cpu()
                    .sample_period(every)
                    .build()?;
                let mut sampler = counter.sampled(SAMPLES)?;
                sampler.enable()?;
                Source::Samples(sampler)
            }
            Method::UserTimeInTicks => Source::Ticks(user_time(process)?),
        };
        Ok(Self { process, source, cpu_before: cpu_time(process)? })
    }

    pub(crate) fn stop(self) -> anyhow::Result<Cost> {
        let cpu = cpu_time(self.process)?.saturating_sub(self.cpu_before);
        let user = match self.source {
            Source::Instructions(mut counter) => {
                counter.disable()?;
                float(counter.read()?)
            }
            Source::Samples(sampler) => float(samples(sampler)?) * micros(SAMPLE),
            Source::Ticks(before) => micros(user_time(self.process)?.saturating_sub(before)),
        };
        Ok(Cost { user, cpu, resident_kib: resident_kib(self.process)? })
    }
}

fn samples(mut sampler: Sampler) -> anyhow::Result<u64> {
    sampler.disable()?;
    let mut samples = 0;
    while let Some(record) = sampler.next_record() {
        match record.parse_record()? {
            Record::Sample(_) => samples += 1,
            other => bail!("the samples are not complete: {other:?}"),
        }
    }
    Ok(samples)
}

/// User and system time of the process's first thread, to the nanosecond.
fn cpu_time(process: u32) -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/schedstat"))?;
    let first = text.split_ascii_whitespace().next().context("no CPU time")?;
    Ok(Duration::from_nanos(first.parse()?))
}

fn user_time(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(')').context("the process is gone")?.1;
    let ticks: u32 = after_name.split(' ').nth(12).context("no user time")?.parse()?;
    Ok(TICK * ticks)
}

fn resident_kib(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    Ok(number.context("no resident memory")?.parse()?)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
