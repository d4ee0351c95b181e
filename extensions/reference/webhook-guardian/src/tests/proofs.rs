//! Who is heard: Kiket, with a signature of either form, and nobody else.

use kiket_testkit::{Fault, SigningForm};

use super::{WEDNESDAY, answer, asked};

#[tokio::test]
async fn both_forms_of_signature_are_accepted() {
    for form in [SigningForm::Timestamped, SigningForm::Body] {
        answer(WEDNESDAY, &asked("open", "in_progress").signing(form)).await.assert_allowed();
    }
}

#[tokio::test]
async fn what_is_forged_is_refused_in_both_forms() {
    for form in [SigningForm::Timestamped, SigningForm::Body] {
        for fault in Fault::SIGNATURE {
            let forged = asked("open", "in_progress").signing(form).with_fault(fault);
            answer(WEDNESDAY, &forged).await.assert_status(401);
        }
    }
    answer(WEDNESDAY, &asked("open", "in_progress").unsigned()).await.assert_status(401);
}
