//! The keys of `kiket dev`, on a terminal that Python makes.

use std::io::Write as _;
use std::process::Command;

use crate::dev_run::{Dev, MANIFEST};
use crate::programs::can_run;

/// Runs the rest of its arguments on a terminal of their own, and shows how they left it.
const ON_A_TERMINAL: &str = "import pty, sys
pty.spawn(['sh', '-c', '\"$@\"; stty -a', 'sh'] + sys.argv[1:])";

#[test]
fn keys_send_replay_show_and_end_and_the_terminal_is_put_back() {
    if !can_run("keys_send_replay_show_and_end", &["python3"]) {
        return;
    }
    let mut dev = Dev::with(MANIFEST, |command| {
        let mut on_a_terminal = Command::new("python3");
        on_a_terminal.args(["-c", ON_A_TERMINAL]).arg(command.get_program());
        on_a_terminal.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => on_a_terminal.env(name, value),
                None => on_a_terminal.env_remove(name),
            };
        }
        on_a_terminal
    });
    dev.shows("q quit");
    let mut keys = dev.child.stdin.take().unwrap();
    let mut press = |key: &[u8]| keys.write_all(key).unwrap();
    press(b"r");
    dev.shows("nothing was delivered yet");
    press(b"s");
    dev.shows("one handled it");
    dev.shows("delivered");
    press(b"r");
    dev.shows("one handled it");
    dev.shows("delivered");
    press(b"b");
    let shown = dev.shows("\"expect\"");
    assert!(shown.contains("Restore checkout webhooks"), "{shown}");
    assert!(!shown.contains("runtime_token"), "{shown}");
    press(b"q");
    dev.shows("stopped");
    let left = dev.shows(" echo ");
    assert!(left.contains(" icanon "), "{left}");
}
