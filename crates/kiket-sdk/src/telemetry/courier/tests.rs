use std::sync::Mutex;

use super::*;

const ALL: Duration = Duration::from_secs(60);

/// A way that hands nothing on, ever.
fn stuck() -> Courier<u32> {
    Courier::new("nobody", 8, |_| std::future::pending())
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_room_is_counted_and_the_end_does_not_wait_for_it() {
    let courier = stuck();
    for number in 0..ROOM + 3 {
        courier.take(number);
    }
    assert_eq!(courier.lost(), 3);
    assert_eq!(courier.finish(ALL).await, ROOM as usize);
}

#[tokio::test]
async fn records_are_handed_on_in_order_and_failures_are_counted() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let courier = Courier::new("a list", 1, move |number| {
        kept.lock().unwrap().push(number);
        async move { if number == 2 { Err("of the test".to_owned()) } else { Ok(()) } }
    });
    for number in 1..=3 {
        courier.take(number);
    }
    assert_eq!(courier.finish(ALL).await, 0);
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
    assert_eq!(courier.lost(), 1);
    courier.take(4);
    assert_eq!(courier.finish(ALL).await, 0);
    assert_eq!(seen.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn one_that_waits_does_not_hold_up_the_others() {
    let (sender, mut begun) = unbounded_channel();
    let courier = Courier::new("a slow place", 3, move |number| {
        let _ = sender.send(number);
        async move {
            if number == 1 {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    });
    for number in 1..=9 {
        courier.take(number);
    }
    for number in 1..=9 {
        assert_eq!(begun.recv().await, Some(number));
    }
    assert_eq!(courier.finish(ALL).await, 1);
    assert_eq!(courier.lost(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_at_once_than_the_place_takes() {
    let (sender, mut begun) = unbounded_channel();
    let courier = Courier::new("a stuck place", 3, move |number| {
        let _ = sender.send(number);
        std::future::pending()
    });
    for number in 1..=9 {
        courier.take(number);
    }
    assert_eq!(courier.finish(ALL).await, 9);
    drop(courier);
    let mut seen = Vec::new();
    while let Ok(number) = begun.try_recv() {
        seen.push(number);
    }
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn without_its_runtime_records_are_lost_and_nothing_else_happens() {
    let courier = stuck();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { courier.take(1) });
    drop(runtime);
    courier.take(2);
    assert_eq!(courier.lost(), 1);
}
