//! The fuzz target of [`kiket_fuzz::route`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kiket_fuzz::route::check(input));
