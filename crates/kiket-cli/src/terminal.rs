//! The terminal in front of this process, read key by key.
//!
//! Ctrl-C and the rest of what a terminal does stay as they are: only waiting for the end of a line,
//! and showing what is typed, are switched off. However this process ends, short of SIGKILL, the
//! terminal is put back.

use std::io::{IsTerminal as _, Read as _, stdin, stdout};
use std::sync::Mutex;
use std::thread;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// How the terminal was, as long as it is not so.
static AS_IT_WAS: Mutex<Option<Termios>> = Mutex::new(None);

/// The keys that are pressed. Dropping it puts the terminal back.
pub(crate) struct Keys(UnboundedReceiver<char>);

impl Keys {
    /// Reads keys from now on; nothing when nobody is there to press any.
    pub(crate) fn listen() -> Option<Self> {
        let is_ours = || tcgetpgrp(stdin()).ok() == Some(getpgrp());
        if !stdin().is_terminal() || !stdout().is_terminal() || !is_ours() {
            return None;
        }
        let was = tcgetattr(stdin()).ok()?;
        let mut by_key = was.clone();
        by_key.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
        *AS_IT_WAS.lock().ok()? = Some(was);
        tcsetattr(stdin(), OptionalActions::Now, &by_key).ok()?;
        let (pressed, keys) = mpsc::unbounded_channel();
        // Nobody waits for this thread, so a read that never ends holds up no exit.
        thread::spawn(move || {
            for byte in stdin().lock().bytes() {
                let Ok(byte) = byte else { return };
                if pressed.send(char::from(byte)).is_err() {
                    return;
                }
            }
        });
        Some(Self(keys))
    }

    /// The next key.
    pub(crate) async fn next(&mut self) -> Option<char> {
        self.0.recv().await
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

/// Puts the terminal back as it was, if it was changed.
pub(crate) fn restore() {
    let was = AS_IT_WAS.lock().ok().and_then(|mut was| was.take());
    if let Some(was) = was {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &was);
    }
}
