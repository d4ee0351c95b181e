//! The samples of the rules.

/// Where a sample's manifest stands when the sample is nothing else.
pub(super) const MANIFEST: &str = ".kiket/manifest.yaml";
/// What stands before the path of a file in a sample of several.
pub(super) const FILE: &str = "--- ";
/// The same after another file.
pub(super) const NEXT_FILE: &str = "\n--- ";

/// A manifest without faults, with these lines after it. `callback` stands in place of its own.
macro_rules! sample {
    (callback $callback:literal $(, $more:literal)*) => {
        concat!(
            "model_version: \"1.0\"\nextension:\n  id: com.example.crm\n  name: CRM\n",
            "  version: 1.0.0\n  sdk: rust\n  delivery: http\n  callback: ",
            $callback,
            "\n",
            $($more, "\n"),*
        )
    };
    ($($more:literal),* $(,)?) => {
        sample!(
            callback "{url: https://crm.example.com, secret: env.KIKET_WEBHOOK_SECRET}"
            $(, $more)*
        )
    };
}

/// A manifest without faults that has these lines too, and these other files: their paths and lines.
macro_rules! folder_sample {
    ($($more:literal),*; $($path:literal: $($line:literal),+;)*) => {
        concat!(
            "--- .kiket/manifest.yaml\n",
            sample!($($more),*),
            "--- README.md\n# CRM\n--- tests/crm.rs\n// Tests.\n",
            $("--- ", $path, "\n", $($line, "\n",)+)*
        )
    };
}

/// A manifest without faults that uses a module of custom data, with the lines of its schema and
/// with other files.
macro_rules! module_sample {
    ($($line:literal),+ $(; $path:literal: $($more:literal),+)*) => {
        folder_sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}";
            ".kiket/modules/notes/schema.yml": $($line),+;
            $($path: $($more),+;)*
        )
    };
}

/// A manifest with these lines, and the handlers that the code has, as lines of JSON.
macro_rules! code_sample {
    ($($more:literal),*; $($handler:literal),*) => {
        concat!(
            "--- .kiket/manifest.yaml\n",
            sample!($($more),*),
            "--- KIKET_DESCRIBE=1\n",
            "{\n  \"extension_id\": \"com.example.crm\",\n  \"handlers\": [\n",
            $("    ", $handler, "\n",)*
            "  ]\n}\n"
        )
    };
}

pub(super) use {code_sample, folder_sample, module_sample, sample};
