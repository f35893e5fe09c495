"""The same findings inside other tools: rules of cfn-lint, and checks of Checkov."""
