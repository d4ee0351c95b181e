//! JUnit's XML, which services for continuous integration read.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// How something that was tried ended.
pub(crate) enum Ended {
    Well,
    /// It was not tried, for a reason.
    Skipped(String),
    /// It is not as it should be: in one line, and at length.
    Failed(String, String),
}

/// The report on one suite: name, time and end of each of its cases.
///
/// # Errors
/// When it can not be written as XML.
pub(crate) fn junit(
    suite: &str,
    cases: impl IntoIterator<Item = (String, Duration, Ended)>,
) -> anyhow::Result<String> {
    let mut report = Report::new("kiket");
    let mut of_suite = TestSuite::new(suite);
    for (name, took, ended) in cases {
        let status = match ended {
            Ended::Well => TestCaseStatus::success(),
            Ended::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(reason);
                status
            }
            Ended::Failed(message, more) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(message).set_description(more);
                status
            }
        };
        let mut case = TestCase::new(name, status);
        case.set_classname(suite).set_time(took);
        of_suite.add_test_case(case);
    }
    report.add_test_suite(of_suite);
    Ok(report.to_string()?)
}
