"""Built-ins under another name: `X = X` does not load for a built-in X, so renaming takes two files."""

builtin_cc_common = cc_common  # buildifier: disable=native-cc-common
builtin_cc_toolchain_config_info = CcToolchainConfigInfo  # buildifier: disable=native-cc-common
