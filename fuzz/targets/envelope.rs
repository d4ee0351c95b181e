//! The fuzz target of [`kiket_fuzz::envelope`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kiket_fuzz::envelope::check(input));
