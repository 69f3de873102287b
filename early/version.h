/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_VERSION_H
#define EARLYBIND_VERSION_H

#define EARLYBIND_VERSION "0.1.0"
#define REPORT_FORMAT 1 /* of /run/earlybind: a newer program reads every older one */

#endif
