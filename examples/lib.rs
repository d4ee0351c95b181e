//! Tiny extensions, one question each: see `README.md` beside this file.

#![forbid(unsafe_code)]
