//! The fuzz target of [`kiket_fuzz::signature`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kiket_fuzz::signature::check(input));
