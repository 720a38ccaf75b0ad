"""Pictures enlarged four times: SRResNet and SRGAN."""
