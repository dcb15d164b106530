"""What has to be so before a change of policies is ready: figures cited, boundaries tried, sources carried."""
