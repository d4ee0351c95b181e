//! The fuzz target of [`kiket_fuzz::token`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kiket_fuzz::token::check(input));
