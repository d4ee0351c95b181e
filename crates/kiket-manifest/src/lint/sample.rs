//! The samples of the rules.

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

pub(super) use sample;
