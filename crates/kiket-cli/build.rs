//! Builds again when a template comes or goes, which what embeds them does not notice.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
