//! An extension that runs.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use kiket_contract::environment;
use kiket_contract::health::Health;
use kiket_contract::secret::Secret;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Program;
use super::health::{self, Checker};
use super::output::{self, Outlet};
use crate::supervisor::Supervised;

/// How long an extension may take to answer its first health check.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked.
const ASKING: Duration = Duration::from_millis(50);
/// How long to wait for the last lines of an extension that has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What an extension is told about the world that it starts in.
#[derive(Debug)]
pub(crate) struct Place {
    /// The port of this machine to listen on.
    pub(crate) port: u16,
    /// The origin of the platform's API.
    pub(crate) base_url: String,
    /// The key of the deliveries' signatures.
    pub(crate) webhook_secret: Secret,
    /// Where telemetry goes.
    pub(crate) telemetry_url: String,
}

/// An extension that runs. Dropping this, and the death of this process, end it.
pub(crate) struct Running {
    url: String,
    program: Supervised,
    complaints: JoinHandle<VecDeque<String>>,
}

impl Place {
    fn url(&self) -> String {
        format!("http://{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }
}

impl Program {
    /// Starts the extension and waits until it answers its health check.
    ///
    /// What it prints goes to the outlet, from now until it ends. Of a program that is started by a
    /// command no health check is asked: that it answers there is nothing at its path will do.
    ///
    /// # Errors
    /// When it ends before it answers, with the last that it printed, or does not answer in time.
    pub(crate) async fn start(
        &self,
        place: &Place,
        outlet: Outlet,
    ) -> anyhow::Result<(Running, Health)> {
        let mut program = Supervised::spawn(&self.in_place(place), Stdio::piped())?;
        if let Some(stdout) = program.stdout.take() {
            let outlet = outlet.clone();
            tokio::spawn(async move { output::pass_on(stdout, &outlet).await });
        }
        let stderr = program.stderr.take();
        let complaints = tokio::spawn(async move {
            match stderr {
                Some(stderr) => output::pass_on(stderr, &outlet).await,
                None => VecDeque::new(),
            }
        });
        let mut running = Running { url: place.url(), program, complaints };
        match running.ready(self.knows_health).await {
            Ok(health) => Ok((running, health)),
            Err(error) => Err(running.last_words(error).await),
        }
    }

    fn in_place(&self, place: &Place) -> Command {
        let mut command = self.command();
        command
            .env_remove(environment::DESCRIBE)
            .env_remove(environment::PREVIOUS_WEBHOOK_SECRET)
            .env(environment::DEV, "1")
            .env(environment::HOST, Ipv4Addr::LOCALHOST.to_string())
            .env(environment::PORT, place.port.to_string())
            .env(environment::BASE_URL, &place.base_url)
            .env(environment::WEBHOOK_SECRET, place.webhook_secret.expose())
            .env(environment::TELEMETRY_URL, &place.telemetry_url);
        command
    }
}

impl Running {
    /// Where it listens: an origin without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the extension to end by itself.
    ///
    /// # Errors
    /// When the system can not tell.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.program.wait().await?)
    }

    /// Ends the extension and waits until it is gone.
    ///
    /// # Errors
    /// When the system can not tell.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.program.stop().await?;
        Ok(())
    }

    async fn ready(&mut self, knows_health: bool) -> anyhow::Result<Health> {
        tokio::select! {
            ended = self.program.wait() => {
                anyhow::bail!("the extension ended before it was ready ({})", ended?)
            }
            health = first_health(&self.url, knows_health, PATIENCE) => health,
        }
    }

    /// Ends the extension, and adds to the error the last that it complained about.
    async fn last_words(self, error: anyhow::Error) -> anyhow::Error {
        let _ = self.program.stop().await;
        match timeout(LAST_WORDS, self.complaints).await {
            Ok(Ok(lines)) if !lines.is_empty() => {
                let lines = Vec::from(lines).join("\n  ");
                anyhow::anyhow!("{error:#}; the last that it said:\n  {lines}")
            }
            _ => error,
        }
    }
}

/// Asks until the extension answers well.
async fn first_health(url: &str, knows_health: bool, patience: Duration) -> anyhow::Result<Health> {
    let checker = Checker::new();
    let mut ticks = interval(ASKING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut met = anyhow::anyhow!("nobody listens at {url}");
    let answered = timeout(patience, async {
        loop {
            ticks.tick().await;
            match checker.health(url).await {
                Ok(Some(health)) => return health,
                Ok(None) if !knows_health => return health::unknown(),
                Ok(None) => met = anyhow::anyhow!("it has no health check"),
                Err(error) => met = error,
            }
        }
    })
    .await;
    answered.map_err(|_| met.context(format!("the extension is not ready after {patience:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::free_port;
    use crate::extension::health::canned;

    #[tokio::test]
    async fn an_extension_is_asked_until_it_is_well() {
        let answers = ["503 Service Unavailable\r\n\r\n", "200 OK\r\n\r\n{\"status\":\"ok\"}"];
        let url = canned(&answers).await;
        let health = first_health(&url, true, PATIENCE).await.unwrap();
        assert_eq!(health.status, "ok");
    }

    #[tokio::test]
    async fn a_program_without_a_health_check_is_ready_when_it_answers() {
        let url = canned(&["404 Not Found\r\n\r\n"]).await;
        let health = first_health(&url, false, PATIENCE).await.unwrap();
        assert_eq!(health.registered_handlers, None);
    }

    #[tokio::test]
    async fn an_extension_that_never_listens_is_given_up() {
        let url = format!("http://127.0.0.1:{}", free_port().unwrap());
        let error = first_health(&url, true, Duration::from_millis(200)).await.unwrap_err();
        let expected = format!("the extension is not ready after 200ms: nobody listens at {url}");
        assert_eq!(format!("{error:#}"), expected);
    }
}
