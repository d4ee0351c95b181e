//! `kiket backup`.

use crate::args::Backup;
use crate::exit::Exit;
use crate::printer;

/// Writes the copy, and says what is not in it.
pub(crate) async fn run(args: Backup) -> anyhow::Result<Exit> {
    kiket_platform::backup(&args.data_dir, &args.to).await?;
    printer::line(format_args!("wrote {}", args.to.display()))?;
    printer::note(
        "the master key is not in it: keep a copy of the key elsewhere, without it the backup can \
         not be restored",
    )?;
    Ok(Exit::Ok)
}
