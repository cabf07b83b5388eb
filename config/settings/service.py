"""The settings of the running service: every value comes from the environment through `config.env`."""

from config.settings.alerting import *
from config.settings.api import *
from config.settings.base import *
from config.settings.business import *
from config.settings.celery import *
from config.settings.channels import *
from config.settings.health import *
from config.settings.logs import *
from config.settings.platform import *
from config.settings.stores import *
