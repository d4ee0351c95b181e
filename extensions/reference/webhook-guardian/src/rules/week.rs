//! A moment of every week.

use std::fmt;

use jiff::civil::{DateTime, Weekday};
use jiff::fmt::strtime;
use serde::Deserialize;

/// Its minute, counted from Monday 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct WeekTime(i32);

const MINUTES_OF_DAY: i32 = 24 * 60;

impl WeekTime {
    fn new(day: Weekday, hour: i8, minute: i8) -> Self {
        let day = i32::from(day.to_monday_zero_offset());
        Self(day * MINUTES_OF_DAY + i32::from(hour) * 60 + i32::from(minute))
    }

    /// The moment of the week at a time of day of some date.
    pub(super) fn of(time: DateTime) -> Self {
        Self::new(time.weekday(), time.hour(), time.minute())
    }
}

impl TryFrom<String> for WeekTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let read = strtime::parse("%A %H:%M", &text).ok();
        let read = read.and_then(|it| Some(Self::new(it.weekday()?, it.hour()?, it.minute()?)));
        let wrong = || format!("`{text}` is no moment of a week; write it as `friday 18:00`");
        read.ok_or_else(wrong)
    }
}

/// As people write it: `Friday 18:00`.
impl fmt::Display for WeekTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = (self.0 / MINUTES_OF_DAY, self.0 % MINUTES_OF_DAY);
        let day = match day {
            0 => "Monday",
            1 => "Tuesday",
            2 => "Wednesday",
            3 => "Thursday",
            4 => "Friday",
            5 => "Saturday",
            _ => "Sunday",
        };
        write!(f, "{day} {:02}:{:02}", minute / 60, minute % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_and_written_as_people_do() {
        for (text, shown) in [
            ("monday 00:00", "Monday 00:00"),
            ("Friday 18:05", "Friday 18:05"),
            ("SUNDAY 23:59", "Sunday 23:59"),
        ] {
            assert_eq!(WeekTime::try_from(text.to_owned()).unwrap().to_string(), shown);
        }
        for wrong in ["", "friday", "18:00", "fri 18:00", "friday 24:00", "friday 18:00 Z"] {
            assert!(WeekTime::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_has_its_moment_of_the_week() {
        let thursday: DateTime = "2026-12-24 11:30".parse().unwrap();
        assert_eq!(WeekTime::of(thursday).to_string(), "Thursday 11:30");
    }
}
