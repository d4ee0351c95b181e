//! What a metric can be.

/// A number that [`Endpoints::emit_metric`](crate::Endpoints::emit_metric) reports: every primitive
/// one up to 64 bits. A metric is a 64-bit float on the wire, so of integers beyond 2⁵³ the nearest
/// that it can hold is sent.
pub trait MetricValue: private::Number {}

mod private {
    pub trait Number: Copy + Send {
        fn number(self) -> f64;
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl private::Number for $number {
            fn number(self) -> f64 {
                self as f64
            }
        }

        impl MetricValue for $number {}
    )*};
}

numbers! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 }
