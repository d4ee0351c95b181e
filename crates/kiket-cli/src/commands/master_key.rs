//! `kiket master-key`.

use kiket_platform::{Config, retire_master_keys, rotate_master_key};

use super::serve::give_master_key;
use crate::args::{KeySource, MasterKey};
use crate::exit::Exit;
use crate::printer;

/// Rotates the master key, or retires the old ones.
pub(crate) async fn run(args: MasterKey) -> anyhow::Result<Exit> {
    match args {
        MasterKey::Rotate(source) => rotate(&config(source)?).await?,
        MasterKey::Retire(source) => {
            retire_master_keys(&config(source)?).await?;
            printer::line("the first master key is the only one")?;
        }
    }
    Ok(Exit::Ok)
}

fn config(source: KeySource) -> anyhow::Result<Config> {
    let mut config = Config::new(source.data_dir);
    give_master_key(&mut config, source.master_key_file)?;
    Ok(config)
}

async fn rotate(config: &Config) -> anyhow::Result<()> {
    let rotation = rotate_master_key(config).await?;
    if let (true, Some(file)) = (rotation.made, &rotation.file) {
        printer::line(format_args!("wrote a new master key into {}", file.display()))?;
    }
    printer::line("everything secret is sealed with the first master key")?;
    match rotation.file {
        Some(_) => printer::note(
            "keep a copy of the key file elsewhere; the old key opens what older backups hold, and is \
             taken out with `kiket master-key retire`",
        )?,
        None => printer::note("start the platform with the first key alone from now on")?,
    }
    Ok(())
}
