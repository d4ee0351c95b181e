//! The servers once more, with an allocator that counts, for the allocations of each row.
//!
//! It is a program of its own, because counting costs time that the other figures must not have.

#![forbid(unsafe_code)]

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    kiket_benches::main(Some(|| {
        let stats = ALLOCATOR.stats();
        stats.allocations + stats.reallocations
    }))
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the benchmark reads its figures from Linux, and runs there only")
}
