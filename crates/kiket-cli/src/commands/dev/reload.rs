//! Another build takes the place of the one that runs.
//!
//! The old one goes on running until the new one has answered its health check: then the gate leads to
//! the new one, and the old one may finish what it has. When nothing runs, because the extension has
//! ended by itself, its installation is paused: what happens meanwhile waits.

use std::process::ExitStatus;

use kiket_contract::health::Health;
use kiket_contract::id::InstallationId;

use super::session::{Session, Starter, ended};
use super::source::Read;
use crate::commands::extensions::lint;
use crate::extension::Running;

/// A build that runs and has not taken its place yet.
struct Fresh {
    read: Read,
    running: Running,
    health: Health,
}

impl Session<'_> {
    /// Keeps the extension running as its folder is, until this is dropped.
    ///
    /// # Errors
    /// When the platform or the machine fails; that the extension does is told and not an error.
    pub(super) async fn keep(&mut self) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = self.watch.changed() => self.reload().await?,
                status = ended(&mut self.running) => {
                    self.running = None;
                    self.starter.pause(self.installed.installation.id, status?).await?;
                }
            }
        }
    }

    async fn reload(&mut self) -> anyhow::Result<()> {
        let fresh = {
            let mut starting = Box::pin(self.starter.fresh(&self.read));
            loop {
                tokio::select! {
                    fresh = &mut starting => break fresh,
                    status = ended(&mut self.running) => {
                        self.running = None;
                        self.starter.pause(self.installed.installation.id, status?).await?;
                    }
                }
            }
        };
        match fresh {
            Ok(Some(fresh)) => self.replace(fresh).await,
            Ok(None) => Ok(()),
            Err(error) => {
                self.starter.screen.trouble(&format!("{error:#}"));
                self.goes_on();
                Ok(())
            }
        }
    }

    /// Lets the new build take the place of the old one.
    async fn replace(&mut self, fresh: Fresh) -> anyhow::Result<()> {
        let starter = &self.starter;
        if fresh.read.text != self.read.text {
            match starter.install(&fresh.read).await {
                Ok(installed) => self.installed = installed,
                Err(error) => {
                    starter.screen.trouble(&format!("{error:#}"));
                    self.goes_on();
                    return fresh.running.stop().await;
                }
            }
        }
        starter.gate.lead_to(fresh.running.url())?;
        starter.platform.resume(self.installed.installation.id).await?;
        let old = self.running.replace(fresh.running);
        (self.read, self.health) = (fresh.read, fresh.health);
        self.offer()?;
        if let Some(old) = old {
            old.stop().await?;
        }
        self.starter.screen.step("running", &format!("{} as it is now", self.starter.source.id));
        Ok(())
    }

    fn goes_on(&self) {
        if self.running.is_some() {
            let text = format!("{} goes on as it was", self.starter.source.id);
            self.starter.screen.step("running", &text);
        }
    }
}

impl Starter<'_> {
    /// Lets what happens wait until something runs again.
    async fn pause(&self, installation: InstallationId, status: ExitStatus) -> anyhow::Result<()> {
        self.platform.pause(installation).await?;
        self.screen.trouble(&format!(
            "{} ended by itself ({status}); what happens waits until a file of it changes",
            self.source.id
        ));
        Ok(())
    }

    /// Checks the manifest, builds and starts. Nothing: the manifest has errors, which are shown.
    async fn fresh(&self, was: &Read) -> anyhow::Result<Option<Fresh>> {
        self.screen.step("changed", &self.source.id);
        let (findings, is_broken) = lint::checked(self.source.dir())?;
        if is_broken {
            self.screen.say(&findings.unwrap_or_default());
            self.screen.trouble("the manifest has errors; the one before stays installed");
            return Ok(None);
        }
        let read = self.source.read()?;
        // Warnings are told once, and not with every change of the code.
        if let Some(warnings) = findings.filter(|_| read.text != was.text) {
            self.screen.say(&warnings);
        }
        anyhow::ensure!(
            *read.manifest.id == self.source.id,
            "the manifest has another id, {}: start `kiket dev` again",
            *read.manifest.id
        );
        let (running, health) = self.start().await?;
        Ok(Some(Fresh { read, running, health }))
    }
}
