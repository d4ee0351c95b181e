//! What can go wrong on the platform, as facts of the domain; `http` gives each its status.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use kiket_contract::api::deliveries::{LONGEST_REASON, Status};
use kiket_contract::api::installations::{
    LONGEST_OVERLAP_MINUTES, MOST_MODULES, ManifestFinding, State,
};
use kiket_contract::api::projects::ProjectKey;
use kiket_contract::api::telemetry::report::LONGEST_WINDOW_HOURS;
use kiket_contract::api::{events, guards};
use kiket_contract::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};

use crate::custom_data::CustomDataError;
use crate::extension_events::TellError;
use crate::outbound::address::AddressError;
use crate::secrets::SecretError;
use crate::secrets::backend::SecretBackendError;
use crate::secrets::master_key::MasterKeyError;
use crate::secrets::seal::SealError;
use crate::store::StoreError;
use crate::webhooks::WebhookError;
use crate::workspace_tokens::WorkspaceTokenError;

/// What can go wrong on the platform.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The manifest can not be read.
    #[error("the manifest can not be used: {source}")]
    Manifest {
        /// The first problem.
        source: kiket_manifest::Error,
        /// Every error that the linter finds.
        findings: Vec<ManifestFinding>,
    },
    /// The manifest leaves something open that has to be known to install it.
    #[error("the manifest's {member} {problem}")]
    ManifestMember {
        /// The member's path.
        member: String,
        /// What is wrong with it and what to do.
        problem: String,
        /// Every error that the linter finds.
        findings: Vec<ManifestFinding>,
    },
    /// The manifest is of another extension than the installation.
    #[error(
        "the manifest is of `{given}` and the installation of `{installed}`: install it beside"
    )]
    OtherExtension {
        /// The manifest's id.
        given: String,
        /// The installation's.
        installed: String,
    },
    /// The manifest asks for more than the installation may do so far.
    #[error(
        "the manifest newly asks for {}: send `accept_permissions: true` to consent",
        .added.join(", ")
    )]
    PermissionsNotAccepted {
        /// What it asks for.
        added: Vec<String>,
    },
    /// Values do not fit the manifest's settings.
    #[error("the configuration does not fit the manifest: {}", .problems.join("; "))]
    Configuration {
        /// Each misfit, by its key and without its value.
        problems: Vec<String>,
    },
    /// There is no such installation, or no more.
    #[error("there is no installation `{installation}`")]
    NoInstallation {
        /// The number, or what stands in its place.
        installation: String,
    },
    /// Somebody else changed the installation at the same time.
    #[error("installation {installation} has changed meanwhile: read it again and try again")]
    ChangedMeanwhile {
        /// The installation.
        installation: InstallationId,
    },
    /// The state does not lead to the wanted one.
    #[error("installation {installation} is {}: {way_out}", .state.as_str())]
    State {
        /// The installation.
        installation: InstallationId,
        /// Its state.
        state: State,
        /// What leads out of it.
        way_out: &'static str,
    },
    /// There is no revision to go back to.
    #[error("installation {installation} has no earlier manifest to go back to")]
    NothingToRollBackTo {
        /// The installation.
        installation: InstallationId,
    },
    /// A new delivery secret waits already, and may be in use at the extension.
    #[error(
        "a new delivery secret waits until {signs_at}: commit it first, or send `replace: true`"
    )]
    RotationWaits {
        /// When it begins to sign.
        signs_at: Timestamp,
    },
    /// No new delivery secret waits.
    #[error("no new delivery secret waits: rotate first")]
    NothingToCommit,
    /// The extension is installed in the project already.
    #[error(
        "the extension is installed there already, as installation {installation}: upgrade it, or send `replace: true`"
    )]
    AlreadyInstalled {
        /// The installation.
        installation: InstallationId,
    },
    /// The schema of a module of custom data can not be used.
    #[error("the module `{name}` {problem}")]
    Module {
        /// The module's id, cut off at 128 characters.
        name: String,
        /// What is wrong with it and what to do.
        problem: String,
        /// Everything that is wrong with its schema.
        findings: Vec<ManifestFinding>,
    },
    /// Something about custom data.
    #[error(transparent)]
    CustomData(#[from] CustomDataError),
    /// There are too many modules.
    #[error("there are {given} modules: {MOST_MODULES} are possible")]
    TooManyModules {
        /// How many the request brought.
        given: usize,
    },
    /// A token can not live so long.
    #[error("`token_minutes` is {minutes}: 1 to 60 are possible")]
    TokenMinutes {
        /// What was asked for.
        minutes: i64,
    },
    /// Deliveries may not go to the callback URL.
    #[error("deliveries can not go to the callback URL: {0}")]
    CallbackUrl(#[from] AddressError),
    /// A delivery secret without a character.
    #[error("the delivery secret is empty: leave it out to have one made")]
    EmptyDeliverySecret,
    /// The project is another organisation's.
    #[error("project {project} belongs to organisation {owner}")]
    ProjectElsewhere {
        /// The project.
        project: ProjectId,
        /// Whose it is.
        owner: OrganizationId,
    },
    /// Nobody has named the project yet.
    #[error("project {project} is not known: name its `organization_id` once, or install into it")]
    UnknownProject {
        /// The project.
        project: ProjectId,
    },
    /// No project that is known has this number or key.
    #[error(
        "there is no project `{project}`: it is known from its first installation or event, and its \
         key when an operator gives it one"
    )]
    NoProject {
        /// Its number or key.
        project: String,
    },
    /// Another project has the key.
    #[error("the key `{key}` is another project's: choose another one")]
    ProjectKeyTaken {
        /// The key.
        key: ProjectKey,
    },
    /// The installation has been removed.
    #[error("installation {installation} has been removed")]
    Removed {
        /// The installation.
        installation: InstallationId,
    },
    /// There is no such delivery.
    #[error("there is no delivery `{delivery}`")]
    UnknownDelivery {
        /// Its id.
        delivery: DeliveryId,
    },
    /// The delivery goes on by itself.
    #[error("the delivery is {}: wait for its end, or cancel it first", status.as_str())]
    NotSettled {
        /// Where it stands.
        status: Status,
    },
    /// The delivery has ended.
    #[error("the delivery is {} already: there is nothing to cancel", status.as_str())]
    AlreadySettled {
        /// Where it stands.
        status: Status,
    },
    /// The delivery's installation is no more.
    #[error(
        "the delivery's installation has been removed: install the extension again, and send the event again"
    )]
    NowhereToDeliver,
    /// It is not said what is replayed.
    #[error(
        "a replay is of a delivery, with `delivery_id` alone, or of a payload, with \
         `installation_id`, `event` and `payload`"
    )]
    ReplayOfWhat,
    /// The installation does not hear the event.
    #[error(
        "installation {installation} has no hook on `{event}` in this version: replay what its \
         manifest lists in `hooks`, to one that is not disabled"
    )]
    NotHeard {
        /// The installation.
        installation: InstallationId,
        /// The event's name.
        event: String,
    },
    /// Somebody waited for the delivery's answer.
    #[error("somebody waited for the answer of this delivery, and only then: {instead}")]
    AnsweredAtOnce {
        /// What to do instead.
        instead: &'static str,
    },
    /// The reason is too long.
    #[error("a reason has 1 to {LONGEST_REASON} characters")]
    Reason,
    /// The time window has no length.
    #[error("`since` is not before `until`: nothing lies between them")]
    EmptyWindow,
    /// The idempotency key came with another request before.
    #[error("this Idempotency-Key was used for another request: send a new one, or the same body")]
    KeyReused,
    /// The event asks before something happens, and nothing waits for an answer here.
    #[error("`{event}` asks before something happens: send it to {}", guards::PATH)]
    AsksFirst {
        /// The event.
        event: String,
    },
    /// The event tells that something has happened, and nothing waits for an answer.
    #[error("`{event}` asks nobody: send it to {}", events::PATH)]
    AsksNobody {
        /// The event.
        event: String,
    },
    /// A request ended in the middle by a fault of the platform.
    #[error("the request ended in the middle")]
    Panicked,
    /// The platform has too much to do.
    #[error("the platform is busy: try again")]
    Busy,
    /// The guards were asked and their answers came to nothing.
    #[error("the guards' answers were lost: ask again")]
    NotDecided,
    /// There is no such guard.
    #[error("there is no guard `{guard}`")]
    UnknownGuard {
        /// The id that was asked for.
        guard: EventId,
    },
    /// The guard's decision does not wait for anybody.
    #[error("guard `{guard}` is not pending")]
    NotPending {
        /// The guard.
        guard: EventId,
    },
    /// A resolution without a name.
    #[error("`by` is empty: say who decides")]
    NobodyDecides,
    /// There is no such action.
    #[error("{extension_id} has no action `{action_key}`{}", near(.known))]
    UnknownAction {
        /// The extension.
        extension_id: String,
        /// The key that was asked for.
        action_key: String,
        /// The keys that it has.
        known: Vec<String>,
    },
    /// The extension is not installed there.
    #[error("{extension_id} is not installed {place}")]
    NotInstalled {
        /// The extension.
        extension_id: String,
        /// Where it was looked for.
        place: String,
    },
    /// Several installations match.
    #[error("{extension_id} is installed several times: name one as `installation_id`")]
    SeveralInstallations {
        /// The extension.
        extension_id: String,
        /// Those that match.
        installations: Vec<InstallationId>,
    },
    /// The extension is installed in several projects, and the call names none of them.
    #[error("{extension_id} is installed in several projects: name one as `project_id`")]
    SeveralProjects {
        /// The extension.
        extension_id: String,
        /// Those that are possible.
        projects: Vec<ProjectId>,
    },
    /// There is no such workspace token.
    #[error("there is no workspace token `{token}`")]
    NoWorkspaceToken {
        /// Its number.
        token: String,
    },
    /// A workspace token can not be made so.
    #[error(transparent)]
    WorkspaceToken(#[from] WorkspaceTokenError),
    /// API keys can not overlap so long.
    #[error("`overlap_minutes` is {minutes}: 0 to {LONGEST_OVERLAP_MINUTES} are possible")]
    OverlapMinutes {
        /// What was asked for.
        minutes: u32,
    },
    /// The installation takes no calls.
    #[error("installation {installation} is {state}")]
    NotActive {
        /// The installation.
        installation: InstallationId,
        /// Its state.
        state: &'static str,
    },
    /// The extension did not do what the action is for.
    #[error("the action failed: {reason}")]
    ActionFailed {
        /// The delivery that called it.
        delivery: DeliveryId,
        /// What happened.
        reason: String,
        /// Whether there was no answer in time.
        timed_out: bool,
    },
    /// The payload has a member that the delivery's envelope has.
    #[error("the payload's member `{member}` is reserved for the delivery: rename it")]
    ReservedMember {
        /// The member.
        member: String,
    },
    /// The payload is larger than it may be.
    #[error(
        "payload and context have {size} bytes, at most {most} are allowed: put large material behind a URL"
    )]
    PayloadTooLarge {
        /// Its size in bytes of JSON.
        size: usize,
        /// The largest size.
        most: usize,
    },
    /// What an extension tells can not be kept so.
    #[error(transparent)]
    Tell(#[from] TellError),
    /// A third party's webhook leads nowhere.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// A report's window has no possible length.
    #[error("`window_hours` is from 1 to {LONGEST_WINDOW_HOURS}")]
    Window,
    /// A secret can not be stored or is not there.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The back end of the secrets failed.
    #[error(transparent)]
    SecretBackend(#[from] SecretBackendError),
    /// The next signing key waits for its time already.
    #[error("the next signing key waits already: it signs from {signs_at} on")]
    RotationUnderWay {
        /// When it signs first.
        signs_at: Timestamp,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// A token can not be signed.
    #[error("a runtime token can not be made: {0}")]
    Token(#[from] kiket_contract::token::KeyError),
    /// A file of the data directory can not be used.
    #[error(
        "{} can not be used: let this user read and write there, or choose another data directory",
        path.display()
    )]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process uses the data directory.
    #[error("{} is in use by another Kiket: stop it, or choose another data directory", path.display())]
    DataDirInUse {
        /// The directory.
        path: PathBuf,
    },
    /// The address is taken or not ours.
    #[error("can not listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The public URL can not be the API's origin.
    #[error("`{url}` can not be the public URL: {reason}")]
    PublicUrl {
        /// The text, without a password that may stand in it.
        url: String,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// The egress proxy's URL can not be used. It is not shown: it may hold a password.
    #[error("the egress proxy can not be used: {0}")]
    EgressProxy(String),
    /// A backup can not be written.
    #[error("the backup {} can not be written", path.display())]
    Backup {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The machine gives no randomness.
    #[error("the machine gave no randomness")]
    NoRandomness,
}

/// The keys that there are, as the end of a sentence.
fn near(known: &[String]) -> String {
    match known {
        [] => "; it has none".to_owned(),
        known => format!("; it has {}", known.join(", ")),
    }
}
