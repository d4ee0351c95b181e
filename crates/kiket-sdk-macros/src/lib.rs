//! Attribute macros.
#![forbid(unsafe_code)]
