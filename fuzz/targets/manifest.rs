//! The fuzz target of [`kiket_fuzz::manifest`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kiket_fuzz::manifest::check(input));
